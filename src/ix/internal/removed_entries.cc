#include "ix/internal/removed_entries.h"

#include <algorithm>
#include <utility>

#include "tx/transaction_log.h"

namespace redbase::ix {

namespace {

// What an entry takes in the two maps, besides its characters.
constexpr size_t kEntryBytes = 120;

}  // namespace

void RemovedEntries::Add(std::string_view entry, Transaction by) {
  const common::MutexLock lock(mutex_);
  const auto [at, added] = entries_.try_emplace(std::string(entry));
  bytes_ += added ? kEntryBytes + entry.size() : 0;
  ++at->second.count;
  of_[by.get()].push_back(at);
  at->second.last = std::move(by);
  UpdateCount();
}

void RemovedEntries::UpdateCount() {
  count_.store(entries_.size() + runs_.size(), std::memory_order_release);
}

std::vector<std::shared_ptr<const RemovedRun>> RemovedEntries::runs() const {
  std::vector<std::shared_ptr<const RemovedRun>> runs;
  for (const Run& each : runs_) {
    runs.push_back(each.run);
  }
  return runs;
}

Result<RemovedEntries::Transaction> RemovedEntries::RemoverOf(
    std::string_view key, const tx::TransactionState& own) const {
  if (empty()) {
    return Transaction();
  }
  std::vector<std::shared_ptr<const RemovedRun>> runs;
  {
    const common::MutexLock lock(mutex_);
    for (auto at = entries_.lower_bound(key); at != entries_.end() && at->first.starts_with(key);
         ++at) {
      const Transaction& last = at->second.last;
      if (last.get() != &own && last->active()) {
        return last;
      }
    }
    runs = this->runs();
  }
  for (const auto& run : runs) {
    ASSIGN_OR_RETURN(Transaction remover, run->RemoverOf(key, own));
    if (remover != nullptr) {
      return remover;
    }
  }
  return Transaction();
}

Result<std::vector<std::string>> RemovedEntries::List(const RemovedRange& range) const {
  std::vector<std::string> list;
  std::vector<std::shared_ptr<const RemovedRun>> runs;
  {
    const common::MutexLock lock(mutex_);
    const auto begin = entries_.lower_bound(range.from);
    const auto end =
        range.to ? entries_.lower_bound(std::max(*range.to, range.from)) : entries_.end();
    if (range.backward) {
      for (auto at = end; at != begin && list.size() < range.limit;) {
        list.push_back((--at)->first);
      }
    } else {
      for (auto at = begin; at != end && list.size() < range.limit; ++at) {
        list.push_back(at->first);
      }
    }
    runs = this->runs();
  }
  if (runs.empty()) {
    return list;
  }
  for (const auto& run : runs) {
    RETURN_IF_ERROR(run->List(range, &list));
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (range.backward) {
    std::reverse(list.begin(), list.end());
  }
  list.resize(std::min(list.size(), range.limit));
  return list;
}

void RemovedEntries::Spill(const tx::TransactionState& /*transaction*/,
                           const tx::SpilledUndo& undo) {
  const common::MutexLock lock(mutex_);
  if (bytes_ > undo.log.undo_memory()) {
    // What cannot be written stays, and is tried again.
    static_cast<void>(SpillAll());
  }
}

Status RemovedEntries::SpillAll() {
  if (file_ == nullptr) {
    ASSIGN_OR_RETURN(file_, env_.OpenTemporary(directory_));
    file_end_ = 0;
  }
  std::vector<RemovedRun::Removal> removals;
  removals.reserve(entries_.size());
  for (const auto& [entry, removed] : entries_) {
    removals.push_back({entry, removed.last});
  }
  Run run;
  ASSIGN_OR_RETURN(run.run, RemovedRun::Write(file_, file_end_, removals));
  for (const auto& [transaction, entries] : of_) {
    run.of.push_back(transaction);
  }
  file_end_ = run.run->end();
  runs_.push_back(std::move(run));
  of_.clear();
  entries_.clear();
  bytes_ = 0;
  UpdateCount();
  return {};
}

void RemovedEntries::Forget(const tx::TransactionState& transaction) {
  const common::MutexLock lock(mutex_);
  if (const auto of = of_.find(&transaction); of != of_.end()) {
    for (const Entries::iterator at : of->second) {
      if (--at->second.count == 0) {
        bytes_ -= kEntryBytes + at->first.size();
        entries_.erase(at);
      }
    }
    of_.erase(of);
  }
  for (Run& run : runs_) {
    std::erase(run.of, &transaction);
  }
  std::erase_if(runs_, [](const Run& run) { return run.of.empty(); });
  if (runs_.empty()) {
    file_ = nullptr;  // whoever reads it still has it
  }
  UpdateCount();
}

size_t RemovedEntries::bytes() const {
  const common::MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace redbase::ix
