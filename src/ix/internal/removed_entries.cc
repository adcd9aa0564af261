#include "ix/internal/removed_entries.h"

namespace redbase::ix {

void RemovedEntries::Add(std::string_view entry, const tx::TransactionState& by) {
  const common::MutexLock lock(mutex_);
  const Entries::iterator at = entries_.try_emplace(std::string(entry), 0).first;
  ++at->second;
  of_[&by].push_back(at);
  count_.store(entries_.size(), std::memory_order_release);
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
    if (--at->second == 0) {
      entries_.erase(at);
    }
  }
  of_.erase(of);
  count_.store(entries_.size(), std::memory_order_release);
}

}  // namespace redbase::ix
