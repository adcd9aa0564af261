#include "ex/internal/cluster_transaction.h"

#include <algorithm>
#include <utility>

#include "ex/internal/cluster_statement.h"

namespace redbase::ex {

ClusterTransactionImpl::ClusterTransactionImpl(Cluster& cluster, const ql::Statistics& statistics,
                                               SnapshotScope scope)
    : cluster_(cluster),
      statistics_(statistics),
      id_(cluster.NewTransaction()),
      scope_(scope),
      master_(cluster.master().log(), whole_),
      reads_(scope == SnapshotScope::kSerializable ? std::make_shared<ql::ReadSet>() : nullptr) {}

ClusterTransactionImpl::~ClusterTransactionImpl() {
  if (active_) {
    // Nobody is left to hear of a failure; who wants to, calls Rollback.
    static_cast<void>(Rollback());
  }
}

Result<std::unique_ptr<ClusterStatement>> ClusterTransactionImpl::Begin(
    const StatementOptions& options) {
  RETURN_IF_ERROR(broken_);
  RETURN_IF_ERROR(cluster_.DeliverKept());
  undelivered_ = false;
  return std::unique_ptr<ClusterStatement>(
      std::make_unique<ClusterStatementImpl>(cluster_, statistics_, options, *this));
}

TransactionMark ClusterTransactionImpl::Mark() const { return TransactionMark{next_statement_}; }

Status ClusterTransactionImpl::RollbackTo(TransactionMark mark) {
  RETURN_IF_ERROR(broken_);
  return TakeBack(StatementNumber{static_cast<uint64_t>(mark)});
}

Status ClusterTransactionImpl::AwaitAll(const std::function<Status()>& wait) {
  return cluster_.master().log().oracle().AwaitAll(*whole_, wait);
}

Status ClusterTransactionImpl::Await(std::shared_ptr<const tx::TransactionState> other,
                                     const common::Patience& patience) {
  static_cast<void>(whole_->BlockedBy(std::move(other)));
  return AwaitBlocker(patience);
}

Status ClusterTransactionImpl::AwaitBlocker(const common::Patience& patience) {
  return cluster_.master().log().oracle().AwaitBlocker(whole_.get(), patience);
}

StatementId ClusterTransactionImpl::BeginStatement() {
  if (scope_ == SnapshotScope::kStatement || !snapshot_.taken()) {
    snapshot_ = cluster_.master().log().oracle().Take();
  }
  const StatementNumber number{next_statement_++};
  master_.BeginStatement(number);
  return {id_, number};
}

void ClusterTransactionImpl::EndStatement(bool changed) {
  if (changed) {
    changed_ = true;
    cluster_.NoteChange();
  }
}

void ClusterTransactionImpl::Touch(uint32_t node, StatementNumber statement, bool changes) {
  const common::MutexLock lock(mutex_);
  Part& part = parts_.try_emplace(node, Part{statement}).first->second;
  if (changes) {
    part.changed = true;
    part.last_change = statement;
  }
}

Status ClusterTransactionImpl::TakeBack(StatementNumber statement) {
  Status status;
  for (const auto& [node, part] : parts()) {
    if (part.first >= statement) {
      status.Update(cluster_.Insist(node, {{id_}, RollbackRequest()}));
      const common::MutexLock lock(mutex_);
      parts_.erase(node);
    } else if (part.changed && part.last_change >= statement) {
      status.Update(cluster_.Insist(node, {{id_}, RollbackToRequest{statement}}));
    }
  }
  undelivered_ = undelivered_ || status.code() == Code::kUnavailable;
  status.Update(master_.RollbackTo(statement));
  if (changed_) {
    cluster_.NoteChange();
  }
  if (status.code() != Code::kUnavailable) {
    broken_.Update(status);
  }
  return status;
}

ClusterTransactionImpl::Parts ClusterTransactionImpl::parts() const {
  const common::MutexLock lock(mutex_);
  return parts_;
}

void ClusterTransactionImpl::EndWhole(bool rolled_back) {
  snapshot_ = {};
  tx::Oracle& oracle = cluster_.master().log().oracle();
  if (whole_->abandoned()) {  // by a node that could neither commit nor take back
    oracle.Abandon(whole_.get());
  } else if (rolled_back) {
    // What a node has not heard to take back is nobody's to see or to reuse.
    cluster_.WhenDelivered([&oracle, whole = whole_] { oracle.End(whole, /*rolled_back=*/true); });
  } else {
    oracle.End(whole_, /*rolled_back=*/false);
  }
}

ClusterTransactionImpl::Parts ClusterTransactionImpl::TakeParts() {
  active_ = false;
  const common::MutexLock lock(mutex_);
  return std::exchange(parts_, {});
}

Result<tx::GlobalId> ClusterTransactionImpl::PrepareNodes() {
  RETURN_IF_ERROR(broken_);
  if (undelivered_) {
    RETURN_IF_ERROR(cluster_.DeliverKept());
  }
  const Parts touched = parts();
  const auto changed = [](const auto& entry) { return entry.second.changed; };
  const auto databases =
      std::count_if(touched.begin(), touched.end(), changed) + (on_master().has_changes() ? 1 : 0);
  if (databases < 2) {
    return tx::kNoGlobalId;
  }
  tx::GlobalId global = tx::kNoGlobalId;
  while (global == tx::kNoGlobalId) {
    global = tx::GlobalId{cluster_.options().env->RandomSeed()};
  }
  for (const auto& [node, part] : touched) {
    if (part.changed) {
      RETURN_IF_ERROR(cluster_.Ask(node, PrepareRequest{global}, {id_}).status());
    }
  }
  return global;
}

void ClusterTransactionImpl::NoteReads(const ql::PlanNode& plan) {
  if (reads_ != nullptr) {
    reads_->Add(plan);
  }
}

void ClusterTransactionImpl::NoteKeysRead(const ql::PlanNode& plan) {
  if (reads_ != nullptr) {
    reads_->AddKeys(plan);
  }
}

void ClusterTransactionImpl::NoteAllRead(const std::string& relation) {
  if (reads_ != nullptr) {
    reads_->AddAll(relation);
  }
}

// On all nodes: one that had only statements that were taken back is no part any more.
Status ClusterTransactionImpl::CheckReads() {
  RETURN_IF_ERROR(broken_);
  if (!has_reads()) {
    return {};
  }
  // One whose outcome is not known is not known to have changed anything.
  RETURN_IF_ERROR(cluster_.DeliverKept());
  CallContext context;
  context.view = ViewOf(StatementNumber{next_statement_});
  RETURN_IF_ERROR(reads_->Check(cluster_.master(), context.view));
  return cluster_.ForEachNode([&](uint32_t node) {
    return cluster_.Call(node, {{id_}, CheckReadsRequest{reads_}}, context).status();
  });
}

Status ClusterTransactionImpl::Commit() {
  if (!has_reads() || !changed_) {
    return CommitAll();
  }
  const common::MutexLock lock(cluster_.serializable_commits());
  Status valid = CheckReads();
  if (!valid.ok()) {
    static_cast<void>(RollBackAll(TakeParts()));
    return valid;
  }
  return CommitAll();
}

Status ClusterTransactionImpl::CommitAll() {
  if (!changed_) {
    return CommitParts();
  }
  const common::SharedLatchLock lock(cluster_.commits());
  return CommitParts();
}

Status ClusterTransactionImpl::CommitParts() {
  const Result<tx::GlobalId> global = PrepareNodes();
  const Parts touched = TakeParts();
  if (!global.ok()) {
    static_cast<void>(RollBackAll(touched));  // the first failure is the one to report
    return global.status();
  }
  const bool synchronous = synchronous_ || !cluster_.may_sync_later();
  on_master().SetSynchronous(synchronous);
  Status status = on_master().CommitDeciding(*global);
  if (!status.ok() && cluster_.master().log().IsDecided(*global)) {
    // The decision may be in the log's file or not: nodes stay prepared.
    cluster_.GiveUp(status);
    cluster_.master().log().oracle().Abandon(whole_.get());
    return status;
  }
  if (!status.ok()) {
    EndRolledBack(EndOnNodes(touched, RollbackRequest()));
    return status;
  }
  status = EndOnNodes(touched, CommitRequest{synchronous});
  EndWhole(/*rolled_back=*/false);
  if (status.ok() && *global != tx::kNoGlobalId) {
    cluster_.NoteEnded(*global);
  }
  if (changed_) {
    cluster_.NoteChange();
  }
  if (changed_ && !synchronous) {
    cluster_.NoteUnsyncedCommit();
  }
  // Who could not be told will be: the outcome stands.
  return status.code() == Code::kUnavailable ? Status() : status;
}

void ClusterTransactionImpl::EndRolledBack(const Status& status) {
  if (broken_.ok() && (status.ok() || status.code() == Code::kUnavailable)) {
    EndWhole(/*rolled_back=*/true);
  } else {
    cluster_.master().log().oracle().Abandon(whole_.get());  // nobody is to see what is left
  }
}

Status ClusterTransactionImpl::EndOnNodes(const Parts& parts, const RequestBody& end) {
  Status status;
  Status undelivered;
  for (const auto& entry : parts) {
    Status ended = cluster_.Insist(entry.first, {{id_}, end});
    (ended.code() == Code::kUnavailable ? undelivered : status).Update(std::move(ended));
  }
  return status.ok() ? undelivered : status;
}

Status ClusterTransactionImpl::Rollback() { return RollBackAll(TakeParts()); }

Status ClusterTransactionImpl::RollBackAll(const Parts& parts) {
  Status status = EndOnNodes(parts, RollbackRequest());
  status.Update(on_master().Rollback());
  EndRolledBack(status);
  if (changed_) {
    cluster_.NoteChange();
  }
  return status;
}

}  // namespace redbase::ex
