// Oracle: the order in which transactions end, and what of it each reader sees.
//
// Ends are numbered by timestamps.  A Snapshot is the timestamp of the last end when it
// was taken: it sees what had ended then, and nothing that ends later.  A transaction
// over several nodes has one TransactionState for all of them, and it ends in one step:
// a snapshot sees it everywhere or nowhere.
//
// What was there before a change is kept by VersionKeepers - record files, trees - while
// a snapshot may need it: until every snapshot sees the end of the change's transaction.
// It is no part of the database, since no snapshot outlives the process.
//
//     Snapshot snapshot = oracle.Take();
//     View view{snapshot.timestamp(), state.get(), statement};
//     if (view.Sees(stamp)) ...
//
// Who is in the way of somebody - it has locked the row, or its change of a key decides
// whether another one is allowed - is awaited here, too, so that transactions that wait for
// each other in a circle are found: the one that closes it is told.
//
// This is multi-version concurrency control with commit timestamps (Wu et al., 2017,
// section 3) and before-images apart from the rows.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/patience.h"
#include "common/result.h"
#include "common/sync.h"

namespace redbase::tx {

enum class Timestamp : uint64_t {};
// Of what has not ended.
inline constexpr Timestamp kNever{0};

class TransactionLog;
class TransactionState;

// Undo records of a transaction that are to be read in its log from now on
// (TransactionLog::ReadUndo).
struct SpilledUndo {
  const TransactionLog& log;
  // Of those from `from` on and before `before`.
  uint64_t from;
  uint64_t before;
  // The log has them at least as long as this is there.
  std::shared_ptr<const void> kept;
};

// Keeps what was there before changes.
class VersionKeeper {
 public:
  virtual ~VersionKeeper() = default;
  // Nobody needs what was there before the changes of this transaction any more.  Called
  // without a lock held.
  virtual void Forget(const TransactionState& transaction) = 0;
  // The transaction has noted much.  Called while a page is latched.
  virtual void Spill(const TransactionState& /*transaction*/, const SpilledUndo& /*undo*/) {}
};

// What others know of a transaction, whichever nodes it is on.
class TransactionState {
 public:
  // kNever while it is active.
  Timestamp end() const { return end_.load(std::memory_order_acquire); }
  bool rolled_back() const { return rolled_back_.load(std::memory_order_acquire); }
  bool active() const { return end() == kNever; }
  // Its outcome is only known when the database is opened again.
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }

  // `keeper` has versions of it.  Cheap when it was the last one said.
  void Keep(const std::shared_ptr<VersionKeeper>& keeper) EXCLUDES(mutex_);
  // Tells those who keep versions of it.
  void Spill(const SpilledUndo& undo) EXCLUDES(mutex_);
  // To be done when the versions are forgotten; at once when they have been.
  void WhenForgotten(std::function<void()> action) EXCLUDES(mutex_);

  // What a statement of this one fails with, kMustWait, when another one is in its way:
  // Oracle::AwaitBlocker waits for that one's end.
  Status BlockedBy(std::shared_ptr<const TransactionState> blocker) EXCLUDES(mutex_);

 private:
  friend class Oracle;
  friend class Transaction;
  bool has_versions() const EXCLUDES(mutex_);
  std::shared_ptr<const TransactionState> TakeBlocker() EXCLUDES(mutex_);
  void Forget() EXCLUDES(mutex_);

  std::atomic<Timestamp> end_{kNever};
  std::atomic<bool> rolled_back_{false};
  std::atomic<bool> abandoned_{false};
  mutable common::Mutex mutex_;
  std::shared_ptr<const TransactionState> blocker_ GUARDED_BY(mutex_);  // the last one
  std::vector<std::weak_ptr<VersionKeeper>> keepers_ GUARDED_BY(mutex_);
  std::vector<std::function<void()>> actions_ GUARDED_BY(mutex_);
  bool forgotten_ GUARDED_BY(mutex_) = false;
};

// Who changed something, and with which of its statements.
struct Stamp {
  std::shared_ptr<const TransactionState> by;
  uint64_t statement = 0;
};

// What a statement sees: what had ended at the snapshot, and the earlier statements of
// its own transaction; never itself.
struct View {
  Timestamp snapshot = kNever;
  const TransactionState* own = nullptr;
  uint64_t statement = 0;

  bool Sees(const Stamp& stamp) const {
    if (stamp.by.get() == own) {
      return stamp.statement < statement;
    }
    const Timestamp end = stamp.by->end();
    return end != kNever && end <= snapshot;
  }
  // Whether somebody else made a change that this view does not see and that stands.
  bool IsOvertakenBy(const Stamp& stamp) const {
    return stamp.by.get() != own && !Sees(stamp) && !stamp.by->rolled_back();
  }
};

class Oracle;

// Keeps what a reader sees from being forgotten; until destroyed.
class Snapshot {
 public:
  Snapshot() = default;
  Snapshot(Snapshot&& other) noexcept
      : oracle_(std::exchange(other.oracle_, nullptr)), timestamp_(other.timestamp_) {}
  Snapshot& operator=(Snapshot&& other) noexcept {
    std::swap(oracle_, other.oracle_);
    std::swap(timestamp_, other.timestamp_);
    return *this;
  }
  ~Snapshot();

  bool taken() const { return oracle_ != nullptr; }
  Timestamp timestamp() const { return timestamp_; }

 private:
  friend class Oracle;
  Snapshot(Oracle* oracle, Timestamp timestamp) : oracle_(oracle), timestamp_(timestamp) {}

  Oracle* oracle_ = nullptr;
  Timestamp timestamp_ = kNever;
};

class Oracle {
 public:
  explicit Oracle(common::Env& env) : env_(env) {}

  // Of everything that has ended.
  Snapshot Take() EXCLUDES(mutex_);
  // Later snapshots see it; a transaction that was rolled back ends, too, since its
  // versions hide that what it had changed was put back.
  void End(const std::shared_ptr<TransactionState>& transaction, bool rolled_back) EXCLUDES(mutex_);

  // It cannot be ended, neither way, before the database is opened again: nobody is to wait
  // for it.
  void Abandon(TransactionState* transaction) EXCLUDES(mutex_);

  // Waits until the last one that BlockedBy was told of has ended.  kDeadlock when that one
  // waits for this one, too; kUnavailable when it is abandoned; errors of common::WaitFor.
  Status AwaitBlocker(TransactionState* waiter, const common::Patience& patience) EXCLUDES(mutex_);
  // Runs `wait`, which waits for the ends of all other transactions.  kDeadlock when one of
  // them waits for this one.
  Status AwaitAll(const TransactionState& waiter, const std::function<Status()>& wait)
      EXCLUDES(mutex_);

  // Transactions whose versions some snapshot needs.
  size_t remembered() const EXCLUDES(mutex_);
  // Transactions that wait for others.
  size_t waiting() const EXCLUDES(mutex_);

 private:
  friend class Snapshot;
  using States = std::vector<std::shared_ptr<TransactionState>>;

  void Release(Timestamp timestamp) EXCLUDES(mutex_);
  // Those that every snapshot sees.
  States TakeForgettable() REQUIRES(mutex_);
  static void Forget(const States& states);
  // Whether the end of `transaction` waits, over any number of others, for that of `other`.
  bool WaitsFor(const TransactionState& transaction, const TransactionState& other) const
      REQUIRES(mutex_);
  void Wake(const TransactionState& transaction) REQUIRES(mutex_);

  struct Wait {
    const TransactionState* blocker;
    common::CondVar* ended;
  };

  common::Env& env_;
  mutable common::Mutex mutex_;
  // By who waits.
  std::unordered_map<const TransactionState*, Wait> waits_ GUARDED_BY(mutex_);
  std::vector<const TransactionState*> await_all_ GUARDED_BY(mutex_);
  uint64_t now_ GUARDED_BY(mutex_) = 1;
  // Those that are taken, by ascending timestamp, and how many: few differ at a time.
  std::vector<std::pair<Timestamp, size_t>> snapshots_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<TransactionState>> ended_ GUARDED_BY(mutex_);  // ends rise
};

}  // namespace redbase::tx
