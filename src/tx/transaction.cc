#include "tx/transaction.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "common/bytes.h"

namespace redbase::tx {

void UndoTargets::Add(pf::FileId file, UndoTarget* target) {
  const common::MutexLock lock(mutex_);
  const auto at = std::lower_bound(targets_.begin(), targets_.end(), file,
                                   [](const auto& each, pf::FileId id) { return each.first < id; });
  assert(at == targets_.end() || at->first != file);
  targets_.insert(at, {file, target});
}

void UndoTargets::Remove(pf::FileId file) {
  const common::MutexLock lock(mutex_);
  std::erase_if(targets_, [file](const auto& each) { return each.first == file; });
}

UndoTarget* UndoTargets::Find(pf::FileId file) const {
  const common::MutexLock lock(mutex_);
  const auto at = std::lower_bound(targets_.begin(), targets_.end(), file,
                                   [](const auto& each, pf::FileId id) { return each.first < id; });
  return at == targets_.end() || at->first != file ? nullptr : at->second;
}

Transaction::~Transaction() {
  if (active()) {
    // Nobody is left to hear of a failure; who wants to, calls Rollback.
    static_cast<void>(Rollback());
  }
}

void Transaction::NoteUndo(pf::FileId file, UndoKind kind, std::span<const std::byte> payload) {
  const common::MutexLock lock(mutex_);
  assert(active_);
  records_.push_back({next_event_++, file, kind, payloads_.size(), payload.size()});
  payloads_.append(AsChars(payload));
}

void Transaction::OnCommit(std::function<void()> action) {
  const common::MutexLock lock(mutex_);
  assert(active_);
  on_commit_.push_back({next_event_++, std::move(action)});
}

void Transaction::OnRollback(std::function<void()> action) {
  const common::MutexLock lock(mutex_);
  assert(active_);
  on_rollback_.push_back({next_event_++, std::move(action)});
}

Savepoint Transaction::Mark() const {
  const common::MutexLock lock(mutex_);
  return Savepoint{next_event_};
}

Transaction::Past Transaction::TakeSince(Savepoint mark) {
  const common::MutexLock lock(mutex_);
  assert(active_);
  const auto event = static_cast<uint64_t>(mark);
  const auto is_before = [event](const auto& each) { return each.event < event; };
  const auto records = std::partition_point(records_.begin(), records_.end(), is_before);
  const auto actions = std::partition_point(on_rollback_.begin(), on_rollback_.end(), is_before);
  Past past;
  past.records.assign(records, records_.end());
  past.actions.assign(std::make_move_iterator(actions),
                      std::make_move_iterator(on_rollback_.end()));
  past.payload_begin = past.records.empty() ? payloads_.size() : past.records.front().begin;
  past.payloads = payloads_.substr(past.payload_begin);
  payloads_.resize(past.payload_begin);
  records_.erase(records, records_.end());
  on_rollback_.erase(actions, on_rollback_.end());
  on_commit_.erase(std::partition_point(on_commit_.begin(), on_commit_.end(), is_before),
                   on_commit_.end());
  return past;
}

Status Transaction::RollbackTo(Savepoint mark) {
  const Past past = TakeSince(mark);
  const std::span<const std::byte> payloads = AsBytes(past.payloads);
  Status result;
  for (auto record = past.records.rbegin(); record != past.records.rend(); ++record) {
    UndoTarget* const target = targets_.Find(record->file);
    if (target == nullptr) {
      result.Update(Status(Code::kInternal,
                           "rollback: file " + std::to_string(static_cast<uint32_t>(record->file)) +
                               " is not open"));
      continue;
    }
    result.Update(target->Undo(
        record->kind, payloads.subspan(record->begin - past.payload_begin, record->length)));
  }
  for (auto action = past.actions.rbegin(); action != past.actions.rend(); ++action) {
    action->run();
  }
  return result;
}

Status Transaction::Commit() {
  std::vector<Action> actions;
  {
    const common::MutexLock lock(mutex_);
    assert(active_);
    active_ = false;
    actions.swap(on_commit_);
    on_rollback_.clear();
    records_.clear();
    payloads_.clear();
  }
  for (const Action& action : actions) {
    action.run();
  }
  return {};
}

Status Transaction::Rollback() {
  Status status = RollbackTo(Savepoint{0});
  const common::MutexLock lock(mutex_);
  active_ = false;
  return status;
}

bool Transaction::active() const {
  const common::MutexLock lock(mutex_);
  return active_;
}

size_t Transaction::undo_bytes() const {
  const common::MutexLock lock(mutex_);
  return payloads_.size() + records_.size() * sizeof(Record);
}

}  // namespace redbase::tx
