#include "rm/internal/version_map.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "tx/transaction_log.h"

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

// Forgets the payloads of a transaction's versions from `from` on and before `before`; their
// sequences rise.
void SpillPage(std::vector<Version>* versions, const tx::TransactionState& transaction,
               const tx::SpilledUndo& undo) {
  // Null, and an owner of what keeps the log.
  const std::shared_ptr<const std::string> in_log(undo.kept, nullptr);
  for (auto version = versions->rbegin(); version != versions->rend(); ++version) {
    if (version->stamp.by.get() != &transaction || version->sequence >= undo.before) {
      continue;
    }
    if (version->sequence < undo.from || version->undo == nullptr) {
      break;  // and so are those before
    }
    version->undo = in_log;
  }
}

}  // namespace

void VersionMap::Add(PageNum page, tx::Stamp stamp, tx::UndoKind kind, tx::UndoNote note) {
  const auto number = static_cast<uint32_t>(page);
  if (log_.load(std::memory_order_relaxed) != note.log) {  // of one file it is always the same
    log_.store(note.log, std::memory_order_relaxed);
  }
  Version version{std::move(stamp), kind, std::move(note.payload), note.sequence};
  Shard& shard = shards_[number % kShards];
  const common::MutexLock lock(shard.mutex);
  Changed& changed = shard.of[version.stamp.by.get()];
  if (changed.runs.size() == changed.spilled || changed.runs.back().page != number) {
    changed.runs.push_back({number, 0});
  }
  changed.runs.back().last = version.sequence;
  std::vector<Version>& versions = shard.pages[number];
  // Asked once for the changes that a transaction makes in a row.
  if (!versions.empty() && versions.back().stamp.by != version.stamp.by) {
    version.older_ended = LastEnd(versions);
  }
  versions.push_back(std::move(version));
  count_.fetch_add(1, std::memory_order_release);
}

Result<std::shared_ptr<const std::string>> VersionMap::UndoOf(const Version& version) const {
  if (version.undo != nullptr) {
    return version.undo;
  }
  ASSIGN_OR_RETURN(const tx::LoggedUndo read, log_.load()->ReadUndo(version.sequence));
  return std::make_shared<const std::string>(AsChars(read.entry().payload));
}

std::vector<PageNum> VersionMap::Pages() const {
  std::vector<PageNum> pages;
  for (const Shard& shard : shards_) {
    const common::MutexLock lock(shard.mutex);
    for (const auto& [page, versions] : shard.pages) {
      pages.push_back(PageNum{page});
    }
  }
  return pages;
}

void VersionMap::Spill(const tx::TransactionState& transaction, const tx::SpilledUndo& undo) {
  if (log_.load() != &undo.log) {
    return;
  }
  for (Shard& shard : shards_) {
    const common::MutexLock lock(shard.mutex);
    const auto of = shard.of.find(&transaction);
    if (of == shard.of.end()) {
      continue;
    }
    Changed& changed = of->second;
    // Of the run that goes beyond `before`, a part.
    for (bool whole = true; whole && changed.spilled < changed.runs.size();) {
      const Run& run = changed.runs[changed.spilled];
      SpillPage(&shard.pages[run.page], transaction, undo);
      whole = run.last < undo.before;
      changed.spilled += whole ? 1 : 0;
    }
  }
}

void VersionMap::Forget(const tx::TransactionState& transaction) {
  for (Shard& shard : shards_) {
    const common::MutexLock lock(shard.mutex);
    const auto of = shard.of.find(&transaction);
    if (of == shard.of.end()) {
      continue;
    }
    for (const Run& run : of->second.runs) {
      const auto found = shard.pages.find(run.page);
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
