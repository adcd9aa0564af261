// ClusterStatementImpl: what lives as long as a statement: how its plans run, and the
// exchanges in them.  What it does is done in a transaction: one of its own, which ends
// with it, or one of several statements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ex/internal/cluster.h"
#include "ex/internal/cluster_transaction.h"
#include "ex/internal/partition_streams.h"

namespace redbase::ex {

class ClusterStatementImpl : public ClusterStatement,
                             private FragmentStarter,
                             private ql::ExchangeFactory {
 public:
  // In a transaction of its own.
  ClusterStatementImpl(Cluster& cluster, const ql::Statistics& statistics,
                       const StatementOptions& options);
  // One of several in `transaction`.
  ClusterStatementImpl(Cluster& cluster, const ql::Statistics& statistics,
                       const StatementOptions& options, ClusterTransactionImpl& transaction);
  ~ClusterStatementImpl() override;

  Result<std::unique_ptr<ql::Query>> Run(const ql::PlanNode& plan) override;
  Result<Batch*> Run(ql::DirectPlan& plan) override;
  Status Restart(Status failure, const common::Patience& patience) override;
  std::shared_ptr<const tx::TransactionState> transaction() const override {
    return transaction_.whole();
  }
  const tx::View& view() const override { return view_; }
  void NoteReads(const ql::PlanNode& plan) override { transaction_.NoteReads(plan); }
  void NoteKeysRead(const ql::PlanNode& plan) override { transaction_.NoteKeysRead(plan); }
  void UseMemory(common::MemoryAccount* memory) override;
  Status Await(std::shared_ptr<const tx::TransactionState> other,
               const common::Patience& patience) override {
    return Restart(transaction_.whole()->BlockedBy(std::move(other)), patience);
  }
  Status CreateTable(const sm::TableDefinition& definition) override;
  Status DropTable(std::string_view name) override;
  Status CreateIndex(std::string_view relation, const std::vector<uint32_t>& columns,
                     bool unique) override;
  Status DropIndex(std::string_view relation, const std::vector<uint32_t>& columns) override;
  Status Commit() override;
  Status Rollback() override;

 private:
  void SetUp(const StatementOptions& options);
  void Begin();
  Result<std::unique_ptr<FragmentStream>> StartFragment(uint32_t partition,
                                                        const ql::PlanNode& plan,
                                                        const std::vector<std::string>& relations,
                                                        bool run_ahead) override;
  bool IsLong(const ql::PlanNode& plan) const override;
  Result<std::unique_ptr<ql::Operator>> MakeExchange(const ql::PlanNode& node,
                                                     std::unique_ptr<ql::Operator> source,
                                                     ql::ExecContext& context) override;

  Status MakeIndex(std::string_view relation, const std::vector<uint32_t>& columns, bool unique);
  // A message of this statement; the node counts as changed from now on.
  Status Tell(uint32_t node, RequestBody body);
  // The same to every node, one after another or several at a time.
  Status TellAll(const std::function<RequestBody(uint32_t node)>& body);
  Status TellAllAtOnce(const RequestBody& body);
  CallContext call_context() const;

  Cluster& cluster_;
  const ql::Statistics& statistics_;
  std::optional<ClusterTransactionImpl> own_;
  ClusterTransactionImpl& transaction_;
  StatementId id_;
  common::MemoryAccount own_memory_{"statement"};
  ql::ExecContext context_;
  tx::View view_;
  size_t queue_bytes_ = 0;
  bool changed_ = false;
  bool active_ = true;
};

}  // namespace redbase::ex
