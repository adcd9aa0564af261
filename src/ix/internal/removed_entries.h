// RemovedEntries: entries that left a tree while some snapshot may still look for them.
//
// The tree itself holds the entries of the records as they are.  An entry is added here
// before it leaves the tree; so whoever reads the tree first and this after misses none
// that an older snapshot needs.  Readers find some twice, and some whose record they see
// with another key: they compare keys (ql::IndexScanOperator).
//
// Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/sync.h"
#include "tx/oracle.h"

namespace redbase::ix {

class RemovedEntries : public tx::VersionKeeper {
 public:
  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  void Add(std::string_view entry, std::shared_ptr<const tx::TransactionState> by) EXCLUDES(mutex_);
  // The transaction under way, if one, that was the last to remove an entry of this key, and
  // may put it back.
  std::shared_ptr<const tx::TransactionState> RemoverOf(std::string_view key) const
      EXCLUDES(mutex_);
  // Entries from `from` on and below `to`, ascending.  Without `to`: to the end.
  std::vector<std::string> List(std::string_view from, std::optional<std::string_view> to) const
      EXCLUDES(mutex_);
  void Forget(const tx::TransactionState& transaction) override EXCLUDES(mutex_);

 private:
  struct Removals {
    size_t count = 0;  // by how many transactions, or one how often
    std::shared_ptr<const tx::TransactionState> last{};
  };
  using Entries = std::map<std::string, Removals, std::less<>>;

  mutable common::Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);
  std::unordered_map<const tx::TransactionState*, std::vector<Entries::iterator>> of_
      GUARDED_BY(mutex_);
  std::atomic<size_t> count_{0};
};

}  // namespace redbase::ix
