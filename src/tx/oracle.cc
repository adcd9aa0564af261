#include "tx/oracle.h"

#include <algorithm>

namespace redbase::tx {

void TransactionState::Keep(const std::shared_ptr<VersionKeeper>& keeper) {
  const common::MutexLock lock(mutex_);
  const auto is_it = [&keeper](const std::weak_ptr<VersionKeeper>& each) {
    return !each.owner_before(keeper) && !keeper.owner_before(each);
  };
  // Changes come in runs: the last one is the likely one.
  if (std::find_if(keepers_.rbegin(), keepers_.rend(), is_it) == keepers_.rend()) {
    keepers_.push_back(keeper);
  }
}

void TransactionState::Spill(const SpilledUndo& undo) {
  std::vector<std::weak_ptr<VersionKeeper>> keepers;
  {
    const common::MutexLock lock(mutex_);
    keepers = keepers_;
  }
  for (const std::weak_ptr<VersionKeeper>& each : keepers) {
    if (const std::shared_ptr<VersionKeeper> keeper = each.lock()) {
      keeper->Spill(*this, undo);
    }
  }
}

std::shared_ptr<const TransactionState> TransactionState::TakeBlocker() {
  const common::MutexLock lock(mutex_);
  return std::move(blocker_);
}

void TransactionState::WhenForgotten(std::function<void()> action) {
  {
    const common::MutexLock lock(mutex_);
    if (!forgotten_) {
      actions_.push_back(std::move(action));
      return;
    }
  }
  action();
}

Status TransactionState::BlockedBy(std::shared_ptr<const TransactionState> blocker) {
  const common::MutexLock lock(mutex_);
  blocker_ = std::move(blocker);
  return {Code::kMustWait, "another transaction is to end first"};
}

bool TransactionState::has_versions() const {
  const common::MutexLock lock(mutex_);
  return !keepers_.empty() || !actions_.empty();
}

void TransactionState::Forget() {
  std::vector<std::weak_ptr<VersionKeeper>> keepers;
  std::vector<std::function<void()>> actions;
  {
    const common::MutexLock lock(mutex_);
    forgotten_ = true;
    keepers.swap(keepers_);
    actions.swap(actions_);
  }
  for (const std::weak_ptr<VersionKeeper>& each : keepers) {
    if (const std::shared_ptr<VersionKeeper> keeper = each.lock()) {
      keeper->Forget(*this);
    }
  }
  for (const std::function<void()>& action : actions) {
    action();
  }
}

Snapshot::~Snapshot() {
  if (oracle_ != nullptr) {
    oracle_->Release(timestamp_);
  }
}

Snapshot Oracle::Take() {
  const common::MutexLock lock(mutex_);
  const Timestamp now{now_};
  if (snapshots_.empty() || snapshots_.back().first != now) {
    snapshots_.emplace_back(now, 0);
  }
  ++snapshots_.back().second;
  return {this, now};
}

void Oracle::End(const std::shared_ptr<TransactionState>& transaction, bool rolled_back) {
  transaction->TakeBlocker();  // which may name this one in turn
  States forgettable;
  {
    const common::MutexLock lock(mutex_);
    transaction->rolled_back_.store(rolled_back, std::memory_order_release);
    if (transaction->has_versions()) {
      transaction->end_.store(Timestamp{++now_}, std::memory_order_release);
      ended_.push_back(transaction);
      forgettable = TakeForgettable();
    } else {  // it changed nothing
      transaction->end_.store(Timestamp{now_}, std::memory_order_release);
    }
    Wake(*transaction);
  }
  Forget(forgettable);
}

void Oracle::Abandon(TransactionState* transaction) {
  transaction->TakeBlocker();
  const common::MutexLock lock(mutex_);
  transaction->abandoned_.store(true, std::memory_order_release);
  Wake(*transaction);
}

void Oracle::Wake(const TransactionState& transaction) {
  for (const auto& [waiter, wait] : waits_) {
    if (wait.blocker == &transaction) {
      wait.ended->NotifyAll();
    }
  }
}

bool Oracle::WaitsFor(const TransactionState& transaction, const TransactionState& other) const {
  const TransactionState* at = &transaction;
  while (at != &other) {
    if (std::find(await_all_.begin(), await_all_.end(), at) != await_all_.end()) {
      return true;
    }
    const auto found = waits_.find(at);
    if (found == waits_.end()) {
      return false;
    }
    at = found->second.blocker;
  }
  return true;
}

namespace {

Status Deadlock() {
  return {Code::kDeadlock,
          "deadlock detected: transactions wait for each other to end; this one must be rolled "
          "back and may be tried again"};
}

}  // namespace

Status Oracle::AwaitBlocker(TransactionState* waiter, const common::Patience& patience) {
  const std::shared_ptr<const TransactionState> blocker = waiter->TakeBlocker();
  if (blocker == nullptr) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  if (blocker->active() && WaitsFor(*blocker, *waiter)) {
    return Deadlock();
  }
  common::CondVar ended;
  waits_[waiter] = {blocker.get(), &ended};
  Status status = common::WaitFor(env_, mutex_, ended, patience, [&blocker] {
    return !blocker->active() || blocker->abandoned_.load(std::memory_order_acquire);
  });
  waits_.erase(waiter);
  if (status.ok() && blocker->active()) {
    return {Code::kUnavailable,
            "a row is locked by a transaction whose outcome is only known when the database is "
            "opened again"};
  }
  return status;
}

Status Oracle::AwaitAll(const TransactionState& waiter, const std::function<Status()>& wait) {
  {
    const common::MutexLock lock(mutex_);
    for (const auto& [other, of] : waits_) {
      if (of.blocker == &waiter) {
        return Deadlock();
      }
    }
    await_all_.push_back(&waiter);
  }
  Status status = wait();
  const common::MutexLock lock(mutex_);
  std::erase(await_all_, &waiter);
  return status;
}

size_t Oracle::waiting() const {
  const common::MutexLock lock(mutex_);
  return waits_.size();
}

size_t Oracle::remembered() const {
  const common::MutexLock lock(mutex_);
  return ended_.size();
}

void Oracle::Release(Timestamp timestamp) {
  States forgettable;
  {
    const common::MutexLock lock(mutex_);
    const auto found =
        std::lower_bound(snapshots_.begin(), snapshots_.end(), timestamp,
                         [](const auto& each, Timestamp wanted) { return each.first < wanted; });
    if (--found->second > 0) {
      return;
    }
    snapshots_.erase(found);
    forgettable = TakeForgettable();
  }
  Forget(forgettable);
}

Oracle::States Oracle::TakeForgettable() {
  States states;
  while (!ended_.empty() &&
         (snapshots_.empty() || ended_.front()->end() <= snapshots_.front().first)) {
    states.push_back(std::move(ended_.front()));
    ended_.pop_front();
  }
  return states;
}

void Oracle::Forget(const States& states) {
  for (const std::shared_ptr<TransactionState>& state : states) {
    state->Forget();
  }
}

}  // namespace redbase::tx
