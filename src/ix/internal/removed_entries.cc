#include "ix/internal/removed_entries.h"

#include <utility>

namespace redbase::ix {

void RemovedEntries::Add(std::string_view entry, std::shared_ptr<const tx::TransactionState> by) {
  const common::MutexLock lock(mutex_);
  const Entries::iterator at = entries_.try_emplace(std::string(entry)).first;
  ++at->second.count;
  of_[by.get()].push_back(at);
  at->second.last = std::move(by);
  count_.store(entries_.size(), std::memory_order_release);
}

std::shared_ptr<const tx::TransactionState> RemovedEntries::RemoverOf(std::string_view key) const {
  if (empty()) {
    return nullptr;
  }
  const common::MutexLock lock(mutex_);
  for (auto at = entries_.lower_bound(key); at != entries_.end() && at->first.starts_with(key);
       ++at) {
    if (at->second.last->active()) {
      return at->second.last;
    }
  }
  return nullptr;
}

std::vector<std::string> RemovedEntries::List(std::string_view from,
                                              std::optional<std::string_view> to) const {
  std::vector<std::string> list;
  const common::MutexLock lock(mutex_);
  for (auto at = entries_.lower_bound(from); at != entries_.end() && (!to || at->first < *to);
       ++at) {
    list.push_back(at->first);
  }
  return list;
}

void RemovedEntries::Forget(const tx::TransactionState& transaction) {
  const common::MutexLock lock(mutex_);
  const auto of = of_.find(&transaction);
  if (of == of_.end()) {
    return;
  }
  for (const Entries::iterator at : of->second) {
    if (--at->second.count == 0) {
      entries_.erase(at);
    }
  }
  of_.erase(of);
  count_.store(entries_.size(), std::memory_order_release);
}

}  // namespace redbase::ix
