#include "db/internal/table_locks.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace redbase::db {

namespace {

using Mode = TableLocks::Mode;

// Bit m of entry n: modes n and m exclude each other.
constexpr std::array<uint8_t, 8> kExcludes = {0b10000000, 0b11000000, 0b11110000, 0b11111000,
                                              0b11101100, 0b11111100, 0b11111110, 0b11111111};

bool Exclude(Mode a, Mode b) {
  return ((kExcludes[static_cast<size_t>(a)] >> static_cast<size_t>(b)) & 1) != 0;
}

bool IsWeak(Mode mode) { return mode <= Mode::kRowExclusive; }

// Null when nobody but `by` excludes the use.
TableLocks::Owner FirstInTheWay(const std::vector<TableLocks::WeakLock>& locks, const TableUse& use,
                                const tx::TransactionState& by) {
  const auto found =
      std::find_if(locks.begin(), locks.end(), [&](const TableLocks::WeakLock& lock) {
        return lock.owner.get() != &by && lock.use.table == use.table &&
               Exclude(lock.use.mode, use.mode) && lock.owner->active();
      });
  return found == locks.end() ? nullptr : found->owner;
}

// So long for one that only waits itself: it may give up, which is no end.
constexpr int64_t kLittleWhile = 50;

}  // namespace

TableLocks::Locker::Locker(TableLocks& locks) : locks_(locks) {
  const common::MutexLock lock(locks_.mutex_);
  locks_.lockers_.push_back(this);
}

TableLocks::Locker::~Locker() {
  const common::MutexLock lock(locks_.mutex_);
  std::erase(locks_.lockers_, this);
  const common::MutexLock own(mutex_);
  std::copy_if(notes_.begin(), notes_.end(), std::back_inserter(locks_.left_),
               [](const WeakLock& note) { return note.owner->active(); });
}

TableLocks::Owner TableLocks::Locker::InTheWay(const TableUse& use,
                                               const tx::TransactionState& by) const {
  const common::MutexLock lock(mutex_);
  return FirstInTheWay(notes_, use, by);
}

bool TableLocks::Locker::Uses(const std::string& table, const tx::TransactionState& by) const {
  const common::MutexLock lock(mutex_);
  return std::any_of(notes_.begin(), notes_.end(), [&](const WeakLock& note) {
    return note.owner.get() == &by && note.use.table == table;
  });
}

bool TableLocks::Locker::Has(const TableUse& use, const tx::TransactionState& by) const {
  return std::any_of(notes_.begin(), notes_.end(), [&](const WeakLock& note) {
    return note.owner.get() == &by && note.use == use;
  });
}

void TableLocks::Locker::Note(const TableUse& use, const Owner& by) {
  const auto ended = std::find_if(notes_.begin(), notes_.end(),
                                  [](const WeakLock& note) { return !note.owner->active(); });
  if (ended == notes_.end()) {
    notes_.push_back({by, use});
  } else {
    *ended = {by, use};
  }
}

// Whoever wants a strong lock counts it before it looks at notes, so one of both sees the
// other.
bool TableLocks::TakeFast(Locker* locker, const TableUse& use, const Owner& by) {
  const common::MutexLock lock(locker->mutex_);
  if (locker->Has(use, *by)) {
    return true;
  }
  if (CounterOf(use.table).load() > 0) {
    return false;
  }
  locker->Note(use, by);
  return true;
}

void TableLocks::DropEnded() {
  std::erase_if(left_, [](const WeakLock& lock) { return !lock.owner->active(); });
  for (auto table = tables_.begin(); table != tables_.end();) {
    const size_t ended =
        std::erase_if(table->second, [](const StrongLock& lock) { return !lock.owner->active(); });
    CounterOf(table->first).fetch_sub(static_cast<uint32_t>(ended));
    table = table->second.empty() ? tables_.erase(table) : std::next(table);
  }
}

TableLocks::StrongLock* TableLocks::Find(const TableUse& use, const tx::TransactionState& by) {
  const auto locks = tables_.find(use.table);
  if (locks == tables_.end()) {
    return nullptr;
  }
  const auto found = std::find_if(
      locks->second.begin(), locks->second.end(),
      [&](const StrongLock& lock) { return lock.owner.get() == &by && lock.mode == use.mode; });
  return found == locks->second.end() ? nullptr : &*found;
}

TableLocks::Obstacle TableLocks::InTheWay(const TableUse& use, const tx::TransactionState& by,
                                          bool pass_waiting) {
  Obstacle obstacle = StrongInTheWay(use, by, pass_waiting);
  if (obstacle.owner != nullptr || IsWeak(use.mode)) {
    return obstacle;
  }
  obstacle.owner = FirstInTheWay(left_, use, by);
  for (size_t i = 0; i < lockers_.size() && obstacle.owner == nullptr; ++i) {
    obstacle.owner = lockers_[i]->InTheWay(use, by);
  }
  return obstacle;
}

TableLocks::Obstacle TableLocks::StrongInTheWay(const TableUse& use, const tx::TransactionState& by,
                                                bool pass_waiting) {
  const auto found = tables_.find(use.table);
  if (found == tables_.end()) {
    return {};
  }
  const StrongLocks& locks = found->second;
  const auto holds = [&by](const StrongLock& lock) { return lock.owner.get() == &by && lock.held; };
  pass_waiting = pass_waiting || std::any_of(locks.begin(), locks.end(), holds);
  const StrongLock* const own = Find(use, by);
  for (const StrongLock& lock : locks) {
    pass_waiting = pass_waiting || &lock == own;  // those behind it came later
    const bool excludes = lock.owner.get() != &by && Exclude(use.mode, lock.mode);
    if (excludes && (lock.held || !pass_waiting)) {
      return {lock.owner, !lock.held};
    }
  }
  return {};
}

TableLocks::Obstacle TableLocks::Take(Locker* locker, const TableUse& use, const Owner& by,
                                      bool pass_waiting) {
  const common::MutexLock lock(mutex_);
  DropEnded();
  if (!IsWeak(use.mode) && Find(use, *by) == nullptr) {
    tables_[use.table].push_back({by, use.mode, /*held=*/false});
    CounterOf(use.table).fetch_add(1);
  }
  Obstacle obstacle = InTheWay(use, *by, pass_waiting || locker->Uses(use.table, *by));
  if (obstacle.owner != nullptr) {
    return obstacle;
  }
  if (StrongLock* const own = Find(use, *by)) {
    own->held = true;
  } else {
    const common::MutexLock note(locker->mutex_);
    locker->Note(use, by);
  }
  return obstacle;
}

void TableLocks::Withdraw(const TableUse& use, const Owner& by) {
  const common::MutexLock lock(mutex_);
  const auto locks = tables_.find(use.table);
  if (locks != tables_.end()) {
    const size_t waiting = std::erase_if(locks->second, [&](const StrongLock& each) {
      return each.owner == by && each.mode == use.mode && !each.held;
    });
    CounterOf(use.table).fetch_sub(static_cast<uint32_t>(waiting));
  }
}

Status TableLocks::Lock(Locker* locker, const TableUse& use, const Owner& by,
                        const common::Patience& patience, const Await& await) {
  if (IsWeak(use.mode) && TakeFast(locker, use, by)) {
    return {};
  }
  bool pass_waiting = false;
  common::Patience left = patience;
  while (true) {
    Obstacle obstacle = Take(locker, use, by, pass_waiting);
    if (obstacle.owner == nullptr) {
      return {};
    }
    const bool for_ever = left.timeout_millis == 0;
    const bool briefly = obstacle.only_waits && (for_ever || left.timeout_millis > kLittleWhile);
    Status waited = await(std::move(obstacle.owner),
                          briefly ? common::Patience{left.cancel, kLittleWhile} : left);
    if (waited.code() == Code::kDeadlock && obstacle.only_waits) {
      pass_waiting = true;
    } else if (waited.code() == Code::kUnavailable && briefly) {
      left.timeout_millis -= for_ever ? 0 : kLittleWhile;
    } else if (!waited.ok()) {
      Withdraw(use, by);
      return waited;
    }
  }
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
