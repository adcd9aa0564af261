// The kinds of StatementResult: text that is there already, and rows that a query
// computes.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/memory_account.h"
#include "db/internal/session_transaction.h"
#include "db/internal/statement_lock.h"
#include "db/session.h"
#include "ex/comm_layer.h"
#include "ql/direct_plan.h"
#include "ql/plan.h"
#include "ql/query.h"

namespace redbase::db {

// Nothing, a text, or the wish to exit.
class TextResult : public StatementResult {
 public:
  explicit TextResult(ResultKind kind, std::string text = "", std::vector<std::string> notices = {})
      : kind_(kind), text_(std::move(text)), notices_(std::move(notices)) {}

  ResultKind kind() const override { return kind_; }
  const Schema& schema() const override { return schema_; }
  Result<bool> Next(Batch* /*batch*/) override { return false; }
  uint64_t changed_rows() const override { return 0; }
  const std::string& text() const override { return text_; }
  const ql::PlanNode* plan() const override { return nullptr; }
  const std::vector<uint32_t>& nodes() const override { return nodes_; }
  bool reshuffled() const override { return false; }
  const std::vector<std::string>& notices() const override { return notices_; }

 private:
  const ResultKind kind_;
  const std::string text_;
  const Schema schema_;
  const std::vector<uint32_t> nodes_;
  const std::vector<std::string> notices_;
};

// A plan being run.  It commits when its last row was given out, and is taken back
// when it fails or is dropped before.  One of several in a transaction is only done
// then, and makes the transaction fail with it.  Until it has given out its first rows it
// begins again when others are in its way.
class QueryResult : public StatementResult {
 public:
  struct Parts {
    ResultKind kind = ResultKind::kRows;
    StatementLock::Hold hold;
    std::unique_ptr<common::MemoryAccount> memory;
    std::shared_ptr<const ql::PlanNode> plan;
    std::unique_ptr<ex::ClusterStatement> statement;
    // What runs the plan: one of these.
    std::unique_ptr<ql::Query> query;
    std::shared_ptr<ql::DirectPlan> direct;
    std::vector<uint32_t> nodes;
    common::Patience patience{};                // with others in the way
    SessionTransaction* transaction = nullptr;  // null: one of its own
  };

  explicit QueryResult(Parts parts);
  ~QueryResult() override;

  ResultKind kind() const override { return parts_.kind; }
  const Schema& schema() const override { return parts_.plan->schema; }
  Result<bool> Next(Batch* batch) override;
  Result<const Batch*> NextView() override;
  uint64_t changed_rows() const override { return changed_rows_; }
  const std::string& text() const override { return text_; }
  const ql::PlanNode* plan() const override { return parts_.plan.get(); }
  const std::vector<uint32_t>& nodes() const override { return parts_.nodes; }
  bool reshuffled() const override;
  const std::vector<std::string>& notices() const override { return notices_; }

 private:
  // Runs the query again after a failure; gives that back where it would not help.
  Result<bool> NextAgain(Status failure, Batch* batch);
  // The rows of a direct plan, then null.
  Result<Batch*> NextDirect();
  Status Finish();
  void NoteFailure(const Status& failure);
  // Ends the query, then takes back what it did, unless it is done.
  void End(bool failed);

  Parts parts_;
  uint64_t changed_rows_ = 0;
  bool has_run_ = false;  // the direct plan
  bool gave_rows_ = false;
  const std::string text_;
  std::vector<std::string> notices_;
};

}  // namespace redbase::db
