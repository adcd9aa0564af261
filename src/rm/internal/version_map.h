// VersionMap: the undo records of a file's pages that some snapshot may need.
//
// A version is an undo record with the stamp of who made the change: it says what the
// slots it names held before.  It belongs to the page of the records' homes, and is added
// while that page is latched exclusively, before the change; so whoever holds the latch
// sees page and versions agree.  A page without versions is the same for every snapshot.
//
// Taking back adds no version: a record that was put back is what the versions of its
// change say that it was.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/rid.h"
#include "common/sync.h"
#include "tx/oracle.h"
#include "tx/transaction.h"

namespace redbase::rm {

struct Version {
  tx::Stamp stamp;
  tx::UndoKind kind{};
  std::shared_ptr<const std::string> undo;  // the payload
  // Where it is known: the last end of those who made the older versions of the page.
  tx::Timestamp older_ended = tx::kNever;

  // Whether the view sees all that is older.
  bool IsLastFor(const tx::View& view) const {
    return older_ended != tx::kNever && older_ended <= view.snapshot;
  }
};

class VersionMap : public tx::VersionKeeper {
 public:
  // No page has any.
  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  void Add(PageNum page, Version version);
  // The versions of a page, newest first, until `visit` answers false.  Requires: `visit`
  // takes no lock.
  template <typename Visit>
  void ForEach(PageNum page, Visit visit) const {
    if (empty()) {
      return;
    }
    const Shard& shard = ShardOf(page);
    const common::MutexLock lock(shard.mutex);
    const auto found = shard.pages.find(static_cast<uint32_t>(page));
    if (found == shard.pages.end()) {
      return;
    }
    for (auto version = found->second.rbegin(); version != found->second.rend(); ++version) {
      if (!visit(*version)) {
        return;
      }
    }
  }
  // Each version with its page, until `visit` answers false.  Requires: `visit` takes no lock.
  template <typename Visit>
  void ForAll(Visit visit) const {
    if (empty()) {
      return;
    }
    for (const Shard& shard : shards_) {
      const common::MutexLock lock(shard.mutex);
      for (const auto& [page, versions] : shard.pages) {
        for (const Version& version : versions) {
          if (!visit(PageNum{page}, version)) {
            return;
          }
        }
      }
    }
  }
  void Forget(const tx::TransactionState& transaction) override;

 private:
  struct Shard {
    mutable common::Mutex mutex;
    std::unordered_map<uint32_t, std::vector<Version>> pages GUARDED_BY(mutex);  // oldest first
    // Pages with versions of a transaction; some twice.
    std::unordered_map<const tx::TransactionState*, std::vector<uint32_t>> of GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 16;

  const Shard& ShardOf(PageNum page) const {
    return shards_[static_cast<uint32_t>(page) % kShards];
  }

  std::array<Shard, kShards> shards_;
  std::atomic<size_t> count_{0};
};

}  // namespace redbase::rm
