// TransactionLog: the write-ahead log of one database, and what its transactions have
// written there.
//
// What recovery needs to know of a transaction is in the log (tx/log_records.h) or, for
// those that were active then, in the record of the last checkpoint.  A transaction that
// changes several databases is *prepared* in each of them but one under a global id;
// that one's commit record decides for all, and it remembers the decision until all of
// them know it.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"
#include "pf/write_ahead_log.h"
#include "tx/log_records.h"
#include "tx/oracle.h"
#include "tx/transaction.h"

namespace redbase::tx {

// An undo record as the log has it.
class LoggedUndo {
 public:
  // kCorruption, unless this is the group of an undo record.
  static Result<LoggedUndo> Decode(std::string group);

  // Its payload is good as long as this is.
  const UndoEntry& entry() const { return entry_; }

 private:
  LoggedUndo() = default;

  std::unique_ptr<const std::string> group_;
  UndoEntry entry_{};
};

class TransactionLog {
  struct Kept;

 public:
  // While it is there, the log is kept from some sequence on.
  class Pin {
   public:
    Pin(std::shared_ptr<Kept> kept, uint64_t from);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

   private:
    const std::shared_ptr<Kept> kept_;
    const uint64_t from_;
  };

  // Makes the log of a database whose pages have sequences below `first`.
  static Status Create(common::Env& env, const std::string& directory, uint64_t database_id,
                       uint64_t first) {
    return pf::WriteAheadLog::Create(env, directory, database_id, first);
  }
  // tx::Recovery follows, before any transaction begins.
  static Result<std::unique_ptr<TransactionLog>> Open(common::Env& env,
                                                      const std::string& directory,
                                                      uint64_t database_id);
  TransactionLog(common::Env& env, std::unique_ptr<pf::WriteAheadLog> log)
      : log_(std::move(log)), oracle_(env) {}

  pf::WriteAheadLog& log() const { return *log_; }
  UndoTargets& undo_targets() { return undo_targets_; }
  // Of the transactions that are not part of larger ones.
  Oracle& oracle() { return oracle_; }

  // A file is about to be made: redo makes it anew where it is not whole.
  void NoteFileCreated(pf::FileId file, std::string_view name, size_t page_size);

  // Whether the transaction of this global id was committed here, and may not be known
  // to have been elsewhere.
  bool IsDecided(GlobalId global) const EXCLUDES(mutex_);
  std::vector<GlobalId> Decided() const EXCLUDES(mutex_);
  // Every database that was prepared under these knows the outcome, durably.
  void Forget(const std::vector<GlobalId>& globals) EXCLUDES(mutex_);

  // Each transaction keeps about as many bytes of undo records in memory as its newest
  // ones take, and reads the others here.
  void SetUndoMemory(size_t bytes) { undo_memory_ = bytes; }
  size_t undo_memory() const { return undo_memory_; }
  // The undo record of this sequence, of a transaction whose versions are not forgotten.
  // kCorruption, unless there is one, and `of` that transaction where given.
  Result<LoggedUndo> ReadUndo(uint64_t sequence, std::optional<TransactionId> of = {}) const;

  // Makes durable what was committed, waited for or not.
  Status MakeDurable();

  // Makes the distance that recovery has to go short.  `write_all` writes and syncs every
  // changed page; statements may go on meanwhile.  One at a time.
  Status Checkpoint(const std::function<Status()>& write_all) EXCLUDES(mutex_, checkpoint_mutex_);
  // Where recovery would begin now; what it would read is kept as long as the pin is there.
  std::shared_ptr<const Pin> PinRecovery(pf::WriteAheadLog::RecoveryStart* start)
      EXCLUDES(checkpoint_mutex_);
  // Bytes of log that recovery would read.
  uint64_t recovery_distance() const { return log_->end() - log_->redo_from(); }
  // Whether a change was logged since the last checkpoint.
  bool has_changes() const EXCLUDES(mutex_);

 private:
  friend class Transaction;
  friend class Recovery;

  void Register(Transaction* transaction) EXCLUDES(mutex_);
  void Unregister(Transaction* transaction) EXCLUDES(mutex_);
  TransactionId NewId() { return TransactionId{next_transaction_.fetch_add(1)}; }
  // Its object goes, but not what recovery must know of it.
  void KeepUnfinished(const ActiveTransaction& transaction) EXCLUDES(mutex_);
  CheckpointEntry State() const EXCLUDES(mutex_);
  // The log is kept from here on until the versions of the transaction are forgotten, and
  // as long as what is returned.
  std::shared_ptr<const Pin> KeepFor(TransactionState& transaction, uint64_t from);

  // From where on the log is kept; outlives this for those who are told later.
  struct Kept {
    std::optional<uint64_t> first() const EXCLUDES(mutex);
    mutable common::Mutex mutex;  // taken last
    std::multiset<uint64_t> from GUARDED_BY(mutex);
  };

  const std::unique_ptr<pf::WriteAheadLog> log_;
  const std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
  std::atomic<size_t> undo_memory_{size_t{4} << 20};
  UndoTargets undo_targets_;
  Oracle oracle_;
  std::atomic<uint64_t> next_transaction_{1};
  common::Mutex checkpoint_mutex_;  // held by one checkpoint at a time
  mutable common::Mutex mutex_;     // before that of a transaction
  std::set<Transaction*> active_ GUARDED_BY(mutex_);
  std::set<GlobalId> decided_ GUARDED_BY(mutex_);
  std::vector<ActiveTransaction> unfinished_ GUARDED_BY(mutex_);
  uint64_t clean_end_ GUARDED_BY(mutex_) = 0;  // of the log, when it had no changes
};

}  // namespace redbase::tx
