// TableLocks: the tables that transactions use or have locked, until they end.
//
// The modes are PostgreSQL's, and so is what each excludes.  As of rows, the lock of a
// transaction that has ended is none.
//
// The weak modes, of which none excludes another - those of readers and of writers - are
// noted with the session that takes them (Locker), so that sessions do not meet; who wants
// a strong one looks at the notes of all.  This is PostgreSQL's fast path of locks.  A
// strong lock that is waited for keeps new ones that it excludes out, so that it comes
// about, but for those of transactions that use the table already or would have to wait in
// a circle.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/patience.h"
#include "common/result.h"
#include "common/sync.h"
#include "parser/ast.h"
#include "ql/plan.h"
#include "tx/oracle.h"

namespace redbase::db {

// What a plan does with a table.
struct TableUse {
  std::string table;
  parser::TableLockMode mode = parser::TableLockMode::kAccessShare;

  friend bool operator==(const TableUse&, const TableUse&) = default;
};
using TableUses = std::vector<TableUse>;
TableUses UsesOf(const ql::PlanNode& plan);

class TableLocks {
 public:
  using Mode = parser::TableLockMode;
  using Owner = std::shared_ptr<const tx::TransactionState>;
  // Waits for the end of a transaction.
  using Await = std::function<Status(Owner, const common::Patience&)>;

  struct WeakLock {
    Owner owner;
    TableUse use;
  };
  // The weak locks of one session's transactions.
  class Locker {
   public:
    explicit Locker(TableLocks& locks);
    ~Locker();
    Locker(const Locker&) = delete;
    Locker& operator=(const Locker&) = delete;

   private:
    friend class TableLocks;
    // Null when nobody but `by` excludes the use.
    Owner InTheWay(const TableUse& use, const tx::TransactionState& by) const EXCLUDES(mutex_);
    bool Uses(const std::string& table, const tx::TransactionState& by) const EXCLUDES(mutex_);
    // Whether it is there.
    bool Has(const TableUse& use, const tx::TransactionState& by) const REQUIRES(mutex_);
    void Note(const TableUse& use, const Owner& by) REQUIRES(mutex_);

    TableLocks& locks_;
    mutable common::Mutex mutex_;
    std::vector<WeakLock> notes_ GUARDED_BY(mutex_);  // those of ended ones are used again
  };

  // Locks the table for `by`, a transaction of the locker's session.  Errors of `await`.
  Status Lock(Locker* locker, const TableUse& use, const Owner& by,
              const common::Patience& patience, const Await& await) EXCLUDES(mutex_);

 private:
  struct StrongLock {
    Owner owner;
    Mode mode;
    bool held;  // else waited for
  };
  using StrongLocks = std::vector<StrongLock>;  // in the order of their coming
  // Who is to be waited for.
  struct Obstacle {
    Owner owner;
    bool only_waits = false;  // for a lock, too
  };
  static constexpr size_t kCounters = 64;

  std::atomic<uint32_t>& CounterOf(const std::string& table) {
    return strong_[std::hash<std::string>()(table) % kCounters];
  }
  bool TakeFast(Locker* locker, const TableUse& use, const Owner& by);
  // Takes the lock, or says who is in the way and lets a strong one wait.
  Obstacle Take(Locker* locker, const TableUse& use, const Owner& by, bool pass_waiting)
      EXCLUDES(mutex_);
  Obstacle InTheWay(const TableUse& use, const tx::TransactionState& by, bool pass_waiting)
      REQUIRES(mutex_);
  Obstacle StrongInTheWay(const TableUse& use, const tx::TransactionState& by, bool pass_waiting)
      REQUIRES(mutex_);
  // Of `by` in this mode; null when there is none.
  StrongLock* Find(const TableUse& use, const tx::TransactionState& by) REQUIRES(mutex_);
  // Forgets what is waited for.
  void Withdraw(const TableUse& use, const Owner& by) EXCLUDES(mutex_);
  void DropEnded() REQUIRES(mutex_);

  common::Mutex mutex_;  // before that of a locker
  std::vector<Locker*> lockers_ GUARDED_BY(mutex_);
  // Of transactions that have no session any more and could not be ended.
  std::vector<WeakLock> left_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, StrongLocks> tables_ GUARDED_BY(mutex_);
  // Strong locks by the hash of their table.
  std::array<std::atomic<uint32_t>, kCounters> strong_{};
};

}  // namespace redbase::db
