#include "rm/internal/version_map.h"

#include <algorithm>
#include <utility>

namespace redbase::rm {

namespace {

// The last end of those who made these versions; kNever when one has not ended.
tx::Timestamp LastEnd(const std::vector<Version>& versions) {
  tx::Timestamp last = tx::kNever;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const tx::Timestamp end = version->stamp.by->end();
    if (end == tx::kNever) {
      return tx::kNever;
    }
    last = std::max({last, end, version->older_ended});
    if (version->older_ended != tx::kNever) {
      break;
    }
  }
  return last;
}

}  // namespace

void VersionMap::Add(PageNum page, Version version) {
  const auto number = static_cast<uint32_t>(page);
  Shard& shard = shards_[number % kShards];
  const common::MutexLock lock(shard.mutex);
  std::vector<uint32_t>& pages = shard.of[version.stamp.by.get()];
  if (pages.empty() || pages.back() != number) {
    pages.push_back(number);
  }
  std::vector<Version>& versions = shard.pages[number];
  // Asked once for the changes that a transaction makes in a row.
  if (!versions.empty() && versions.back().stamp.by != version.stamp.by) {
    version.older_ended = LastEnd(versions);
  }
  versions.push_back(std::move(version));
  count_.fetch_add(1, std::memory_order_release);
}

void VersionMap::Forget(const tx::TransactionState& transaction) {
  for (Shard& shard : shards_) {
    const common::MutexLock lock(shard.mutex);
    const auto of = shard.of.find(&transaction);
    if (of == shard.of.end()) {
      continue;
    }
    for (const uint32_t page : of->second) {
      const auto found = shard.pages.find(page);
      if (found == shard.pages.end()) {
        continue;
      }
      count_.fetch_sub(std::erase_if(found->second,
                                     [&transaction](const Version& version) {
                                       return version.stamp.by.get() == &transaction;
                                     }),
                       std::memory_order_release);
      if (found->second.empty()) {
        shard.pages.erase(found);
      }
    }
    shard.of.erase(of);
  }
}

}  // namespace redbase::rm
