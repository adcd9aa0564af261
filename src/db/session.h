// Session: one user's statements, one after another, with their settings.
//
// Every statement is done as a whole or not at all: as a transaction of its own, or,
// from `begin` to `commit` or `rollback`, as one of several.  After a failure in a
// transaction the session refuses statements until a rollback, to its start or to a
// savepoint.  A session that ends inside a transaction rolls it back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/batch.h"
#include "common/cancel_token.h"
#include "common/result.h"
#include "db/database.h"
#include "db/settings.h"
#include "parser/ast.h"
#include "ql/plan.h"
#include "sm/relation.h"

namespace redbase::db {

enum class ResultKind : uint8_t {
  kNone,      // done, nothing to show
  kRows,      // select, print, help
  kInserted,  // the rows of an insert, delete or update
  kDeleted,
  kUpdated,
  kText,  // a drawing, statistics, a message: text()
  kExit,  // the session should end
};

enum class TransactionState : uint8_t {
  kIdle,    // no transaction: every statement is one of its own
  kActive,  // in a transaction
  kFailed,  // in one of which a statement has failed
};

// What a statement gives: rows that are computed as they are asked for, or text.
// Unless all rows were read, the destructor cancels (a select) or takes back (a
// change); the statement is done when Next has answered false.
class StatementResult {
 public:
  virtual ~StatementResult() = default;

  virtual ResultKind kind() const = 0;
  virtual const Schema& schema() const = 0;
  // The next rows; false at the end, when a change has been committed, or, in a
  // transaction, done.
  virtual Result<bool> Next(Batch* batch) = 0;
  virtual uint64_t changed_rows() const = 0;
  virtual const std::string& text() const = 0;
  // The plan, for statements that have one; null otherwise.
  virtual const ql::PlanNode* plan() const = 0;
  // The data nodes whose rows follow one another (Batch::partition()); empty
  // when the rows are not sectioned by node.
  virtual const std::vector<uint32_t>& nodes() const = 0;
  // An update of the partitioning attribute, which moves rows between nodes.
  virtual bool reshuffled() const = 0;
  // What the user should know of, complete at the end: values that a load has
  // cut, a commit that rolled back.
  virtual const std::vector<std::string>& notices() const = 0;
};

class Session {
  class Impl;

 public:
  explicit Session(std::unique_ptr<Impl> impl);  // use Database::Connect
  ~Session();

  // One statement.  The result is drained or destroyed before the next call.
  Result<std::unique_ptr<StatementResult>> Execute(const parser::Statement& statement);
  Result<std::unique_ptr<StatementResult>> Execute(std::string_view text);

  TransactionState transaction_state() const;
  bool in_transaction() const { return transaction_state() != TransactionState::kIdle; }
  // For a statement that the caller could not parse: it fails a transaction as any
  // other does.
  void NoteFailure();

  Settings& settings();
  // Stops the running statement at its next batch; safe in a signal handler.
  common::CancelToken& cancel_token();

 private:
  friend class Database;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::db
