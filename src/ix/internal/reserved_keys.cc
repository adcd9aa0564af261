#include "ix/internal/reserved_keys.h"

#include <algorithm>
#include <utility>

namespace redbase::ix {

const ReservedKeys::KeysOf* ReservedKeys::Find(std::string_view key) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [key](const KeysOf& each) { return each.keys.contains(key); });
  return found == keys_.end() ? nullptr : &*found;
}

ReservedKeys::Owner ReservedKeys::OwnerOf(std::string_view key) const {
  const common::MutexLock lock(mutex_);
  const KeysOf* const found = Find(key);
  return found == nullptr ? nullptr : found->owner;
}

ReservedKeys::Handle ReservedKeys::Begin(Owner owner) {
  const common::MutexLock lock(mutex_);
  owners_.fetch_add(1, std::memory_order_release);
  return keys_.insert(keys_.end(), {std::move(owner), {}});
}

bool ReservedKeys::Add(Handle owner, std::string_view key) {
  const common::MutexLock lock(mutex_);
  return Find(key) == nullptr && owner->keys.emplace(key).second;
}

void ReservedKeys::End(Handle owner) {
  const common::MutexLock lock(mutex_);
  keys_.erase(owner);
  owners_.fetch_sub(1, std::memory_order_release);
}

}  // namespace redbase::ix
