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
  States forgettable;
  {
    const common::MutexLock lock(mutex_);
    transaction->rolled_back_.store(rolled_back, std::memory_order_release);
    if (!transaction->has_versions()) {  // it changed nothing
      transaction->end_.store(Timestamp{now_}, std::memory_order_release);
      return;
    }
    transaction->end_.store(Timestamp{++now_}, std::memory_order_release);
    ended_.push_back(transaction);
    forgettable = TakeForgettable();
  }
  Forget(forgettable);
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
