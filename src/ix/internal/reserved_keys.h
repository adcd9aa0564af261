// ReservedKeys: keys that transactions are about to insert into a unique tree.
//
// A key is reserved, and looked for before another's insert of it, under the latch of its
// leaf: so one of both sees the other.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/sync.h"
#include "tx/oracle.h"

namespace redbase::ix {

class ReservedKeys {
 public:
  using Owner = std::shared_ptr<const tx::TransactionState>;
  struct KeysOf;
  // Names the keys of one owner.
  using Handle = std::list<KeysOf>::iterator;

  bool empty() const { return owners_.load(std::memory_order_acquire) == 0; }
  // Who has reserved the key; null when nobody has.
  Owner OwnerOf(std::string_view key) const EXCLUDES(mutex_);

  Handle Begin(Owner owner) EXCLUDES(mutex_);
  // False when somebody has it.
  bool Add(Handle owner, std::string_view key) EXCLUDES(mutex_);
  // All of its keys are free again.
  void End(Handle owner) EXCLUDES(mutex_);

  struct KeysOf {
    Owner owner;
    std::vector<std::string_view> keys;  // as they are in owner_of_
  };

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  mutable common::Mutex mutex_;
  std::list<KeysOf> keys_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Owner, Hash, std::equal_to<>> owner_of_ GUARDED_BY(mutex_);
  std::atomic<size_t> owners_{0};
};

}  // namespace redbase::ix
