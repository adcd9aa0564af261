#include "db/internal/table_locks.h"

#include <algorithm>
#include <array>

namespace redbase::db {

namespace {

// Bit m of entry n: modes n and m exclude each other.
constexpr std::array<uint8_t, 8> kExcludes = {0b10000000, 0b11000000, 0b11110000, 0b11111000,
                                              0b11101100, 0b11111100, 0b11111110, 0b11111111};

bool Exclude(TableLocks::Mode a, TableLocks::Mode b) {
  return ((kExcludes[static_cast<size_t>(a)] >> static_cast<size_t>(b)) & 1) != 0;
}

}  // namespace

void TableLocks::DropEnded(Locks* locks) {
  std::erase_if(*locks, [this](const Lock& lock) {
    const bool ended = !lock.owner->active();
    if (ended && lock.mode == Mode::kAccessExclusive) {
      exclude_readers_.fetch_sub(1, std::memory_order_release);
    }
    return ended;
  });
}

void TableLocks::Sweep() {
  for (auto table = tables_.begin(); table != tables_.end();) {
    DropEnded(&table->second);
    table = table->second.empty() ? tables_.erase(table) : std::next(table);
  }
  next_sweep_ = 2 * tables_.size() + 16;
}

TableLocks::Owner TableLocks::InTheWay(const Locks& locks, Mode mode,
                                       const tx::TransactionState& by) {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const Lock& lock) {
    return lock.owner.get() != &by && Exclude(mode, lock.mode);
  });
  return found == locks.end() ? nullptr : found->owner;
}

TableLocks::Owner TableLocks::Take(const std::string& table, Mode mode, const Owner& by) {
  const common::MutexLock lock(mutex_);
  if (tables_.size() >= next_sweep_) {
    Sweep();
  }
  Locks& locks = tables_[table];
  DropEnded(&locks);
  if (Owner owner = InTheWay(locks, mode, *by)) {
    return owner;
  }
  const bool has_it = std::any_of(locks.begin(), locks.end(), [&](const Lock& each) {
    return each.owner == by && each.mode == mode;
  });
  if (!has_it) {
    locks.push_back({by, mode});
    exclude_readers_.fetch_add(mode == Mode::kAccessExclusive ? 1 : 0, std::memory_order_release);
  }
  return nullptr;
}

TableLocks::Owner TableLocks::ExcludesReader(const std::string& table,
                                             const tx::TransactionState& by) {
  const common::MutexLock lock(mutex_);
  Sweep();
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : InTheWay(found->second, Mode::kAccessShare, by);
}

namespace {

// What one node of a plan uses.
struct UseOf {
  TableUses* uses;

  void Add(const std::string& table, TableLocks::Mode mode) const {
    uses->push_back({table, mode});
  }
  void operator()(const ql::FileScan& scan) const {
    Add(scan.relation, TableLocks::Mode::kAccessShare);
  }
  void operator()(const ql::IndexScan& scan) const {
    Add(scan.relation, TableLocks::Mode::kAccessShare);
  }
  void operator()(const ql::IndexJoin& join) const {
    Add(join.inner.relation, TableLocks::Mode::kAccessShare);
  }
  void operator()(const ql::LockRows& lock) const {
    Add(lock.relation, TableLocks::Mode::kRowShare);
  }
  void operator()(const ql::Insert& insert) const {
    Add(insert.relation, TableLocks::Mode::kRowExclusive);
  }
  void operator()(const ql::Delete& change) const {
    Add(change.relation, TableLocks::Mode::kRowExclusive);
  }
  void operator()(const ql::Update& update) const {
    Add(update.relation, TableLocks::Mode::kRowExclusive);
  }
  template <typename Other>
  void operator()(const Other& /*node*/) const {}
};

void AddUses(const ql::PlanNode& plan, TableUses* uses) {
  std::visit(UseOf{uses}, plan.detail);
  for (const ql::PlanPtr& child : plan.children) {
    AddUses(*child, uses);
  }
}

}  // namespace

TableUses UsesOf(const ql::PlanNode& plan) {
  TableUses uses;
  AddUses(plan, &uses);
  return uses;
}

}  // namespace redbase::db
