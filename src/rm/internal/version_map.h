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
// Of a transaction that has changed much the undo records are in the log only, and are
// read there.
//
// Thread-safe.
#pragma once

#include <algorithm>
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
  // The payload; null when it is only in the log, which is kept then as long as a copy of
  // this is there: a reader may need it while it is forgotten.
  std::shared_ptr<const std::string> undo{};
  uint64_t sequence = 0;  // of the undo record there
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
  void Add(PageNum page, tx::Stamp stamp, tx::UndoKind kind, tx::UndoNote note);
  // The undo record's payload, from wherever it is.
  Result<std::shared_ptr<const std::string>> UndoOf(const Version& version) const;
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
  // Copies of those versions of a page, newest first, that `choose(version, &last)` wants, up to
  // the one where it sets `last`.
  template <typename ChooseOne>
  std::vector<Version> Choose(PageNum page, ChooseOne choose) const {
    std::vector<Version> chosen;
    ForEach(page, [&](const Version& version) {
      bool last = false;
      if (choose(version, &last)) {
        chosen.push_back(version);
      }
      return !last;
    });
    return chosen;
  }
  // Whether a version of any page satisfies the predicate, which takes no lock.
  template <typename Predicate>
  bool Any(Predicate predicate) const {
    return !empty() && std::any_of(shards_.begin(), shards_.end(), [&](const Shard& shard) {
      const common::MutexLock lock(shard.mutex);
      return std::any_of(shard.pages.begin(), shard.pages.end(), [&](const auto& page) {
        return std::any_of(page.second.begin(), page.second.end(), predicate);
      });
    });
  }
  // The pages that have versions.
  std::vector<PageNum> Pages() const;
  void Forget(const tx::TransactionState& transaction) override;
  void Spill(const tx::TransactionState& transaction, const tx::SpilledUndo& undo) override;

 private:
  // With versions of one transaction.
  struct Run {  // changes of one page, after those of another one in the shard
    uint32_t page;
    uint64_t last;  // sequence
  };
  struct Changed {
    std::vector<Run> runs;
    size_t spilled = 0;  // of them
  };
  struct Shard {
    mutable common::Mutex mutex;
    std::unordered_map<uint32_t, std::vector<Version>> pages GUARDED_BY(mutex);  // oldest first
    std::unordered_map<const tx::TransactionState*, Changed> of GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 16;

  const Shard& ShardOf(PageNum page) const {
    return shards_[static_cast<uint32_t>(page) % kShards];
  }

  std::array<Shard, kShards> shards_;
  std::atomic<size_t> count_{0};
  std::atomic<const tx::TransactionLog*> log_{nullptr};  // that has the undo records
};

}  // namespace redbase::rm
