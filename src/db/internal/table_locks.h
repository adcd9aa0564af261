// TableLocks: the tables that transactions change, or have locked, until they end.
//
// The modes are PostgreSQL's, and so is what each excludes.  Who only reads leaves no lock:
// whoever excludes readers waits for them by the StatementLock first.  As of rows, the lock
// of a transaction that has ended is none.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/sync.h"
#include "parser/ast.h"
#include "ql/plan.h"
#include "tx/oracle.h"

namespace redbase::db {

class TableLocks {
 public:
  using Mode = parser::TableLockMode;
  using Owner = std::shared_ptr<const tx::TransactionState>;

  // Locks the table, unless somebody is in the way: the one who is, else null.
  Owner Take(const std::string& table, Mode mode, const Owner& by) EXCLUDES(mutex_);
  // Whether somebody may exclude readers of some table.
  bool exclude_readers() const { return exclude_readers_.load(std::memory_order_acquire) > 0; }
  // Who keeps `by` from reading the table; null when nobody does.
  Owner ExcludesReader(const std::string& table, const tx::TransactionState& by) EXCLUDES(mutex_);

 private:
  struct Lock {
    Owner owner;
    Mode mode;
  };
  using Locks = std::vector<Lock>;

  void DropEnded(Locks* locks) REQUIRES(mutex_);
  // The same of all tables, and those that nobody has locked.
  void Sweep() REQUIRES(mutex_);
  static Owner InTheWay(const Locks& locks, Mode mode, const tx::TransactionState& by);

  common::Mutex mutex_;
  std::unordered_map<std::string, Locks> tables_ GUARDED_BY(mutex_);
  size_t next_sweep_ GUARDED_BY(mutex_) = 16;  // at so many tables
  std::atomic<size_t> exclude_readers_{0};     // locks that do
};

// What a plan does with a table.
struct TableUse {
  std::string table;
  TableLocks::Mode mode = TableLocks::Mode::kAccessShare;

  friend bool operator==(const TableUse&, const TableUse&) = default;
};
using TableUses = std::vector<TableUse>;
TableUses UsesOf(const ql::PlanNode& plan);

}  // namespace redbase::db
