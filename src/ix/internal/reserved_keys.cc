#include "ix/internal/reserved_keys.h"

#include <utility>

namespace redbase::ix {

ReservedKeys::Owner ReservedKeys::OwnerOf(std::string_view key) const {
  const common::MutexLock lock(mutex_);
  const auto found = owner_of_.find(key);
  return found == owner_of_.end() ? nullptr : found->second;
}

ReservedKeys::Handle ReservedKeys::Begin(Owner owner) {
  const common::MutexLock lock(mutex_);
  owners_.fetch_add(1, std::memory_order_release);
  return keys_.insert(keys_.end(), {std::move(owner), {}});
}

bool ReservedKeys::Add(Handle owner, std::string_view key) {
  const common::MutexLock lock(mutex_);
  const auto [at, added] = owner_of_.try_emplace(std::string(key), owner->owner);
  if (added) {
    owner->keys.push_back(at->first);
  }
  return added;
}

void ReservedKeys::End(Handle owner) {
  const common::MutexLock lock(mutex_);
  for (const std::string_view key : owner->keys) {
    owner_of_.erase(owner_of_.find(key));
  }
  keys_.erase(owner);
  owners_.fetch_sub(1, std::memory_order_release);
}

}  // namespace redbase::ix
