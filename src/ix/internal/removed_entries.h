// RemovedEntries: entries that left a tree while some snapshot may still look for them.
//
// The tree itself holds the entries of the records as they are.  An entry is added here
// before it leaves the tree; so whoever reads the tree first and this after misses none
// that an older snapshot needs.  Readers find some twice, and some whose record they see
// with another key: they compare keys (ql::IndexScanOperator).
//
// What a transaction that changes much has removed is moved to a temporary file, run by
// run (ix/internal/removed_run.h).  A run is there until all are forgotten who have removed
// an entry of it; so readers find a few more.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"
#include "ix/internal/removed_run.h"
#include "tx/oracle.h"

namespace redbase::ix {

class RemovedEntries : public tx::VersionKeeper {
 public:
  using Transaction = RemovedRun::Transaction;

  // The temporary file is made in `directory`.
  RemovedEntries(common::Env& env, std::string directory)
      : env_(env), directory_(std::move(directory)) {}

  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  void Add(std::string_view entry, Transaction by) EXCLUDES(mutex_);
  // The transaction under way, if one other than `own`, that was the last to remove an entry
  // of this key, and may put it back.
  Result<Transaction> RemoverOf(std::string_view key, const tx::TransactionState& own) const
      EXCLUDES(mutex_);
  Result<std::vector<std::string>> List(const RemovedRange& range) const EXCLUDES(mutex_);
  void Forget(const tx::TransactionState& transaction) override EXCLUDES(mutex_);
  // Moves what is in memory to the file, if it is much.
  void Spill(const tx::TransactionState& transaction, const tx::SpilledUndo& undo) override
      EXCLUDES(mutex_);

  // In memory, about.
  size_t bytes() const EXCLUDES(mutex_);

 private:
  struct Removals {
    size_t count = 0;  // by how many transactions, or one how often
    Transaction last{};
  };
  struct Run {
    std::shared_ptr<const RemovedRun> run;
    std::vector<const tx::TransactionState*> of;  // who may need it
  };
  using Entries = std::map<std::string, Removals, std::less<>>;

  Status SpillAll() REQUIRES(mutex_);
  std::vector<std::shared_ptr<const RemovedRun>> runs() const REQUIRES(mutex_);
  void UpdateCount() REQUIRES(mutex_);

  common::Env& env_;
  const std::string directory_;
  mutable common::Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);
  std::unordered_map<const tx::TransactionState*, std::vector<Entries::iterator>> of_
      GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::vector<Run> runs_ GUARDED_BY(mutex_);  // oldest first
  std::shared_ptr<common::File> file_ GUARDED_BY(mutex_);
  uint64_t file_end_ GUARDED_BY(mutex_) = 0;
  std::atomic<size_t> count_{0};  // of entries in memory and of runs
};

}  // namespace redbase::ix
