// ClusterTransactionImpl: what lives as long as a transaction: its part on the
// master, and the nodes it has touched.
//
// Messages carry the number of their statement, and a node notes where each one
// begins.  So a mark is only the number that the next statement will have, and
// nothing is said to set one.  A node that a statement was the first to touch forgets
// the transaction when that statement is taken back.
//
// The end of a transaction that has changed several nodes goes in two steps: every
// node promises that its Commit will succeed (Prepare); then the master commits, which
// decides; then the nodes are told.  A node that cannot be told is told later
// (Cluster::Insist): the outcome stays.  Promises and the decision are always waited
// for; the end of a transaction that has changed one database need not be.
//
// A serializable transaction that has changed something is checked first (ql::ReadSet), and
// none of them ends between the check and the end of another: each could have run as a
// whole at its end.  One that has changed nothing could have run at its snapshot.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/sync.h"
#include "ex/internal/cluster.h"
#include "ex/internal/marked_transaction.h"
#include "ql/read_check.h"

namespace redbase::ex {

class ClusterTransactionImpl : public ClusterTransaction {
 public:
  ClusterTransactionImpl(Cluster& cluster, const ql::Statistics& statistics, SnapshotScope scope);
  ~ClusterTransactionImpl() override;

  Result<std::unique_ptr<ClusterStatement>> Begin(const StatementOptions& options) override;
  TransactionMark Mark() const override;
  Status RollbackTo(TransactionMark mark) override EXCLUDES(mutex_);
  Status AwaitAll(const std::function<Status()>& wait) override;
  std::shared_ptr<const tx::TransactionState> state() const override { return whole_; }
  Status Await(std::shared_ptr<const tx::TransactionState> other,
               const common::Patience& patience) override;
  // The same of who was in the way of a statement.
  Status AwaitBlocker(const common::Patience& patience);
  void SetSynchronous(bool synchronous) override { synchronous_ = synchronous; }
  Status Commit() override EXCLUDES(mutex_);
  Status Rollback() override EXCLUDES(mutex_);

  // For its statements.
  StatementId BeginStatement();
  // Sizes that others know may be wrong from now on when it `changed` anything.
  void EndStatement(bool changed);
  Status TakeBack(StatementNumber statement) EXCLUDES(mutex_);
  // What it has read counts where it is serializable.
  void NoteReads(const ql::PlanNode& plan);
  void NoteKeysRead(const ql::PlanNode& plan);
  void NoteAllRead(const std::string& relation);
  // kConflict when others have changed some of that.
  Status CheckReads() EXCLUDES(mutex_);
  tx::Transaction& on_master() { return master_.transaction(); }
  const std::shared_ptr<tx::TransactionState>& whole() const { return whole_; }
  // Whether each statement has a snapshot of its own.
  bool sees_anew() const { return scope_ == SnapshotScope::kStatement; }
  // Requires: the statement is the last one begun.
  tx::View ViewOf(StatementNumber statement) const {
    return {snapshot_.timestamp(), whole_.get(), static_cast<uint64_t>(statement)};
  }
  // A message of the statement goes to the node.
  void Touch(uint32_t node, StatementNumber statement, bool changes) EXCLUDES(mutex_);

 private:
  // What was done on one node.
  struct Part {
    StatementNumber first;  // that touched it
    bool changed = false;
    StatementNumber last_change = kFirstStatement;  // where `changed`
  };
  using Parts = std::map<uint32_t, Part>;

  Parts parts() const EXCLUDES(mutex_);
  bool has_reads() const { return reads_ != nullptr && !reads_->empty(); }
  Status CommitAll() EXCLUDES(mutex_);
  Status CommitParts() EXCLUDES(mutex_);
  // Under a global id, where more than one database has changed; else kNoGlobalId.
  Result<tx::GlobalId> PrepareNodes() EXCLUDES(mutex_);
  // What every end does: the nodes touched, and that there is no more to end.
  Parts TakeParts() EXCLUDES(mutex_);
  // kUnavailable when a node is still to be told, and nothing else went wrong.
  Status EndOnNodes(const Parts& parts, const RequestBody& end);
  Status RollBackAll(const Parts& parts);
  // All parts have ended: others see it.
  void EndWhole(bool rolled_back);
  // The same of what was rolled back with this outcome.
  void EndRolledBack(const Status& status);

  Cluster& cluster_;
  const ql::Statistics& statistics_;
  const TransactionId id_;
  const SnapshotScope scope_;
  const std::shared_ptr<tx::TransactionState> whole_ = std::make_shared<tx::TransactionState>();
  MarkedTransaction master_;
  const std::shared_ptr<ql::ReadSet> reads_;  // of a serializable one
  tx::Snapshot snapshot_;                     // taken by the first statement
  uint64_t next_statement_ = static_cast<uint64_t>(kFirstStatement);
  bool changed_ = false;
  bool active_ = true;
  bool synchronous_ = true;
  bool undelivered_ = false;  // a node has not heard yet what is to be taken back
  Status broken_;             // why there is nothing left but a rollback
  mutable common::Mutex mutex_;
  Parts parts_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
