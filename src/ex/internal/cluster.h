// Cluster: the master's catalog and the way to the data nodes: what all statements
// of a CommLayer share.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/sync.h"
#include "ex/comm_layer.h"
#include "ex/transport.h"

namespace redbase::ex {

// Where a partition is.  The only place that knows.
inline uint32_t NodeOfPartition(uint32_t partition) { return partition; }

// "data node 2: ...", but for failures that are the statement's own.
Status OnNode(uint32_t node, Status status);

class Cluster {
 public:
  Cluster(const CommLayerOptions& options, std::unique_ptr<sm::Catalog> master)
      : options_(options), master_(std::move(master)) {}

  void SetTransport(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }

  const CommLayerOptions& options() const { return options_; }
  sm::Catalog& master() const { return *master_; }
  uint32_t node_count() const { return master_->options().node_count; }
  Transport& transport() const { return *transport_; }

  TransactionId NewTransaction() { return TransactionId{next_transaction_.fetch_add(1)}; }

  // Errors name the node.
  Result<Reply> Call(uint32_t node, const Request& request, const CallContext& context) const;
  // The same for what is no part of a statement.
  Result<Reply> Ask(uint32_t node, RequestBody body, StatementId of = {}) const;
  // Does `action` for each node, several at a time where there are threads; the
  // first failure by node.
  Status ForEachNode(const std::function<Status(uint32_t node)>& action) const;

  // Sends a request that must take effect, and may twice: Commit, Rollback or
  // RollbackTo.  When it cannot be delivered it is kept and sent again before the
  // next statement.
  Status Insist(uint32_t node, Request request) EXCLUDES(mutex_);
  // The outcome of a transaction is not known, and only opening the database again will
  // tell: no statement begins any more.
  void GiveUp(const Status& why) EXCLUDES(mutex_);
  // kUnavailable while one still cannot be delivered; the error that GiveUp was told of.
  Status DeliverKept() EXCLUDES(mutex_);
  // Does `action` once everything that is kept has been delivered; at once if nothing is.
  void WhenDelivered(std::function<void()> action) EXCLUDES(mutex_);

  // Every node has been told that what was prepared under this id is committed.
  void NoteEnded(tx::GlobalId global) EXCLUDES(mutex_);
  // Those noted since this was last asked.
  std::vector<tx::GlobalId> TakeEnded() EXCLUDES(mutex_);
  // Of all nodes, then of the master.
  Status Checkpoint() EXCLUDES(mutex_);

  // Makes durable what was committed, everywhere.
  Status SyncLogs();
  // Whether the last SyncLogs has succeeded, so that a commit may rely on the next one.
  bool may_sync_later() const { return may_sync_later_.load(std::memory_order_relaxed); }
  void NoteUnsyncedCommit() {
    if (options_.on_unsynced_commit) {
      options_.on_unsynced_commit();
    }
  }

  // Held, shared, by a transaction that commits changes, until all nodes have heard of it.
  common::Latch& commits() { return commits_; }
  // Held by a serializable transaction from the check of its reads to its end.
  common::Mutex& serializable_commits() { return serializable_commits_; }

  // Counts statements that have changed rows.
  uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  void NoteChange() {
    changes_.fetch_add(1, std::memory_order_acq_rel);
    if (options_.on_change) {
      options_.on_change();
    }
  }

 private:
  std::vector<std::function<void()>> TakeWhenDelivered() REQUIRES(mutex_);

  struct Kept {
    uint32_t node;
    Request request;
  };

  const CommLayerOptions options_;
  const std::unique_ptr<sm::Catalog> master_;
  std::unique_ptr<Transport> transport_;
  std::atomic<uint64_t> next_transaction_{1};
  std::atomic<uint64_t> changes_{0};
  std::atomic<bool> may_sync_later_{true};
  mutable common::MemoryAccount memory_{"data nodes"};
  common::Latch commits_;
  common::Mutex serializable_commits_;  // before commits_
  common::Mutex mutex_;
  std::vector<Kept> kept_ GUARDED_BY(mutex_);
  uint32_t delivering_ GUARDED_BY(mutex_) = 0;  // threads that have taken what was kept
  std::vector<std::function<void()>> when_delivered_ GUARDED_BY(mutex_);
  std::vector<tx::GlobalId> ended_ GUARDED_BY(mutex_);
  Status given_up_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
