// ClusterStatementImpl: what runs a statement: its transaction on the master, the
// nodes it has touched, and the exchanges of its plans.
//
// The end of a statement that has changed several nodes goes in two
// steps: every node promises that its Commit will succeed (Prepare); then the
// master commits, which decides; then the nodes are told.  A node that cannot be
// told is told later (Cluster::EndStatement): the outcome stays.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/sync.h"
#include "ex/internal/cluster.h"
#include "ex/internal/partition_streams.h"

namespace redbase::ex {

class ClusterStatementImpl : public ClusterStatement,
                             private FragmentStarter,
                             private ql::ExchangeFactory {
 public:
  ClusterStatementImpl(Cluster& cluster, const ql::Statistics& statistics,
                       const StatementOptions& options);
  ~ClusterStatementImpl() override;

  Result<std::unique_ptr<ql::Query>> Run(const ql::PlanNode& plan) override;
  Status CreateTable(const sm::TableDefinition& definition) override;
  Status DropTable(std::string_view name) override;
  Status CreateIndex(std::string_view relation, const std::vector<uint32_t>& columns,
                     bool unique) override;
  Status DropIndex(std::string_view relation, const std::vector<uint32_t>& columns) override;
  Status Commit() override EXCLUDES(mutex_);
  Status Rollback() override EXCLUDES(mutex_);

 private:
  Result<std::unique_ptr<FragmentStream>> StartFragment(uint32_t partition,
                                                        const ql::PlanNode& plan,
                                                        const std::vector<std::string>& relations,
                                                        bool run_ahead) override;
  bool IsLong(const ql::PlanNode& plan) const override;
  Result<std::unique_ptr<ql::Operator>> MakeExchange(const ql::PlanNode& node,
                                                     std::unique_ptr<ql::Operator> source,
                                                     ql::ExecContext& context) override;

  // A message of this statement; the node counts as touched from now on.
  Status Tell(uint32_t node, RequestBody body) EXCLUDES(mutex_);
  // The same to every node, one after another or several at a time.
  Status TellAll(const std::function<RequestBody(uint32_t node)>& body);
  Status TellAllAtOnce(const RequestBody& body);
  void Touch(uint32_t node, bool changes) EXCLUDES(mutex_);
  Status PrepareNodes() EXCLUDES(mutex_);
  // What every end does: the nodes touched, and that there is no more to end.
  std::map<uint32_t, bool> TakeNodes() EXCLUDES(mutex_);
  Status RollBackAll(const std::map<uint32_t, bool>& nodes);
  CallContext call_context() const;

  Cluster& cluster_;
  const ql::Statistics& statistics_;
  const StatementId id_;
  common::MemoryAccount own_memory_{"statement"};
  tx::Transaction transaction_;
  ql::ExecContext context_;
  size_t queue_bytes_;
  bool changed_ = false;
  bool active_ = true;
  mutable common::Mutex mutex_;
  // Nodes touched, and whether they have changed anything.
  std::map<uint32_t, bool> nodes_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
