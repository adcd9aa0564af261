#include "rm/internal/row_locks.h"

#include <algorithm>

namespace redbase::rm {

namespace {

bool Together(RowLock a, RowLock b) {
  const auto [weaker, stronger] = std::minmax(a, b);
  return stronger <= RowLock::kShare ||
         (weaker == RowLock::kKeyShare && stronger == RowLock::kNoKeyUpdate);
}

bool Has(const std::vector<uint64_t>& slots, size_t slot) {
  return slot / 64 < slots.size() && ((slots[slot / 64] >> (slot % 64)) & 1) != 0;
}

void Add(std::vector<uint64_t>* slots, size_t slot) {
  if (slots->size() <= slot / 64) {
    slots->resize(slot / 64 + 1);
  }
  (*slots)[slot / 64] |= uint64_t{1} << (slot % 64);
}

}  // namespace

RowLocks::Owner RowLocks::Take(std::span<const Rid> rids, RowLock mode, const Owner& by,
                               size_t* taken) {
  const auto page = static_cast<uint32_t>(rids[0].page);
  const common::MutexLock lock(mutex_);
  PageLocks& locks = pages_[page];
  std::erase_if(locks, [](const Locks& each) { return !each.owner->active(); });
  const auto is_own = [&by, mode](const Locks& each) {
    return each.owner == by && each.mode == mode;
  };
  auto own = std::find_if(locks.begin(), locks.end(), is_own);
  if (own == locks.end()) {
    locks.push_back({by, mode, {}});
    own = std::prev(locks.end());
    of_[by.get()].push_back(page);
  }
  *taken = 0;
  for (const Rid rid : rids) {
    const auto slot = static_cast<size_t>(rid.slot);
    for (const Locks& other : locks) {
      if (other.owner != by && !Together(mode, other.mode) && Has(other.slots, slot)) {
        return other.owner;
      }
    }
    Add(&own->slots, slot);
    ++*taken;
  }
  return nullptr;
}

void RowLocks::Forget(const tx::TransactionState& transaction) {
  const common::MutexLock lock(mutex_);
  const auto of = of_.find(&transaction);
  if (of == of_.end()) {
    return;
  }
  for (const uint32_t page : of->second) {
    const auto found = pages_.find(page);
    if (found != pages_.end()) {
      std::erase_if(found->second, [](const Locks& each) { return !each.owner->active(); });
      if (found->second.empty()) {
        pages_.erase(found);
      }
    }
  }
  of_.erase(of);
}

}  // namespace redbase::rm
