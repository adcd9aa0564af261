#include "tx/transaction.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "common/bytes.h"
#include "tx/log_records.h"
#include "tx/transaction_log.h"

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

size_t Transaction::BytesOf(const Record& record) {
  return record.payload->size() + sizeof(Record);
}

Transaction::Transaction(TransactionLog& log) : log_(&log), targets_(log.undo_targets()) {
  log.Register(this);
}

Transaction::Transaction(TransactionLog& log, std::shared_ptr<TransactionState> whole)
    : log_(&log), targets_(log.undo_targets()), state_(std::move(whole)), whole_(false) {
  log.Register(this);
}

Transaction::~Transaction() {
  if (!active()) {
    return;
  }
  if (prepared()) {
    Leave();  // the outcome is not this database's to say
  } else {
    // Nobody is left to hear of a failure; who wants to, calls Rollback.
    static_cast<void>(Rollback());
  }
}

UndoNote Transaction::NoteUndo(pf::FileId file, UndoKind kind, std::span<const std::byte> payload) {
  UndoNote note{std::make_shared<const std::string>(AsChars(payload)), log_};
  uint64_t first = 0;
  uint64_t spill = 0;
  std::shared_ptr<const void> kept;
  {
    const common::MutexLock lock(mutex_);
    assert(active_);
    const uint64_t previous = last_undo_;
    if (log_ != nullptr) {
      if (id_ == TransactionId{0}) {
        id_ = log_->NewId();
      }
      note.sequence = log_->log().Append(AsBytes(EncodeUndo({id_, previous, file, kind, payload})));
      last_undo_ = note.sequence;
      first_undo_ = first_undo_ == 0 ? note.sequence : first_undo_;
    }
    records_.push_back({next_event_++, file, kind, note.payload, note.sequence, previous});
    undo_bytes_ += BytesOf(records_.back());
    if (log_ != nullptr && undo_bytes_ > log_->undo_memory()) [[unlikely]] {
      spill = SpillHalf();
      first = first_undo_;
      kept = kept_.lock();
    }
  }
  if (spill != 0) {
    // What is before is of another part of the whole, and may not be kept there.
    state_->Spill({*log_, first, spill, std::move(kept)});
  }
  return note;
}

// Half, so that each record is moved down once or twice.
uint64_t Transaction::SpillHalf() {
  if (kept_.expired()) {
    kept_ = log_->KeepFor(*state_, first_undo_);
  }
  const auto middle = records_.begin() + static_cast<ptrdiff_t>(records_.size() / 2);
  for (auto record = records_.begin(); record != middle; ++record) {
    undo_bytes_ -= BytesOf(*record);
    spilled_ = record->sequence;
  }
  records_.erase(records_.begin(), middle);
  return spilled_ + 1;
}

std::optional<ActiveTransaction> Transaction::LoggedState() const {
  const common::MutexLock lock(mutex_);
  if (id_ == TransactionId{0} || end_logged_) {
    return std::nullopt;
  }
  return ActiveTransaction{id_, first_undo_, last_undo_, global_};
}

void Transaction::LogUndone(uint64_t next) {
  const common::MutexLock lock(mutex_);
  last_undo_ = next;
  end_logged_ = false;
  log_->log().Append(AsBytes(EncodePair(kUndoneRecord, id_, next)));
}

std::optional<uint64_t> Transaction::LogCommit(GlobalId global) {
  if (log_ == nullptr) {
    return std::nullopt;
  }
  // The decision and its record are one thing to a checkpoint.
  const common::MutexLock decisions(log_->mutex_);
  const common::MutexLock lock(mutex_);
  if (id_ == TransactionId{0} && global == kNoGlobalId) {
    return std::nullopt;
  }
  end_logged_ = true;
  if (global != kNoGlobalId) {
    log_->decided_.insert(global);
  }
  return log_->log().Append(AsBytes(EncodePair(kCommitRecord, id_, static_cast<uint64_t>(global))));
}

// Whether the commit that could not be made durable is undone in the log.
bool Transaction::Retract(uint64_t commit, GlobalId global) {
  const common::MutexLock decisions(log_->mutex_);
  const common::MutexLock lock(mutex_);
  if (!log_->log().Retract(commit)) {
    return false;
  }
  end_logged_ = false;
  log_->decided_.erase(global);
  return true;
}

void Transaction::LogRollback() {
  const common::MutexLock lock(mutex_);
  if (log_ != nullptr && id_ != TransactionId{0}) {
    end_logged_ = true;
    log_->log().Append(AsBytes(EncodeRollback(id_)));
  }
}

void Transaction::SetSynchronous(bool synchronous) {
  const common::MutexLock lock(mutex_);
  synchronous_ = synchronous;
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
  return {next_event_, last_undo_};
}

Result<std::optional<Transaction::Record>> Transaction::TakeNewest(Savepoint mark) {
  const common::MutexLock lock(mutex_);
  assert(active_);
  if (!records_.empty()) {
    if (records_.back().event < mark.event) {
      return std::optional<Record>();
    }
    std::optional<Record> newest(std::move(records_.back()));
    records_.pop_back();
    undo_bytes_ -= BytesOf(*newest);
    return newest;
  }
  if (spilled_ <= mark.undo) {
    return std::optional<Record>();
  }
  ASSIGN_OR_RETURN(const LoggedUndo read, log_->ReadUndo(spilled_, id_));
  const UndoEntry& undo = read.entry();
  Record record{0,         undo.file,
                undo.kind, std::make_shared<std::string>(AsChars(undo.payload)),
                spilled_,  undo.previous};
  spilled_ = undo.previous;
  return std::optional<Record>(std::move(record));
}

std::vector<Transaction::Action> Transaction::TakeActions(Savepoint mark) {
  const common::MutexLock lock(mutex_);
  const auto is_before = [mark](const Action& each) { return each.event < mark.event; };
  const auto begin = std::partition_point(on_rollback_.begin(), on_rollback_.end(), is_before);
  std::vector<Action> actions(std::make_move_iterator(begin),
                              std::make_move_iterator(on_rollback_.end()));
  on_rollback_.erase(begin, on_rollback_.end());
  on_commit_.erase(std::partition_point(on_commit_.begin(), on_commit_.end(), is_before),
                   on_commit_.end());
  return actions;
}

Status Transaction::TakeBack(const Record& record, bool all_so_far) {
  UndoTarget* const target = targets_.Find(record.file);
  if (target == nullptr) {
    return {
        Code::kInternal,
        "rollback: file " + std::to_string(static_cast<uint32_t>(record.file)) + " is not open"};
  }
  RETURN_IF_ERROR(target->Undo(record.kind, AsBytes(*record.payload)));
  if (all_so_far) {
    if (log_ != nullptr) {
      LogUndone(record.previous);
    }
    target->Undone(record.kind, AsBytes(*record.payload), state_.get());
  }
  return {};
}

Status Transaction::RollbackTo(Savepoint mark) {
  bool all_so_far = false;
  {
    const common::MutexLock lock(mutex_);
    all_so_far = undo_failure_.ok();
  }
  Status result;
  while (true) {
    Result<std::optional<Record>> record = TakeNewest(mark);
    if (!record.ok() || !*record) {
      result.Update(record.status());
      break;
    }
    result.Update(TakeBack(**record, all_so_far && result.ok()));
  }
  const std::vector<Action> actions = TakeActions(mark);
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
    action->run();
  }
  const common::MutexLock lock(mutex_);
  undo_failure_.Update(result);
  return result;
}

Status Transaction::Prepare(GlobalId global) {
  uint64_t sequence = 0;
  {
    const common::MutexLock lock(mutex_);
    assert(active_ && global_ == kNoGlobalId);
    if (log_ == nullptr || id_ == TransactionId{0}) {
      return {};
    }
    global_ = global;
    sequence =
        log_->log().Append(AsBytes(EncodePair(kPrepareRecord, id_, static_cast<uint64_t>(global))));
  }
  return log_->log().MakeDurable(sequence);
}

Status Transaction::CommitDeciding(GlobalId global) {
  const std::optional<uint64_t> sequence = LogCommit(global);
  bool waits = false;
  {
    const common::MutexLock lock(mutex_);
    // What was prepared is committed by the decision, wherever this record is.  Actions
    // may unlink files, which no crash may bring back into use.
    const bool is_own = global_ == kNoGlobalId;
    waits =
        sequence && (global != kNoGlobalId || (is_own && (synchronous_ || !on_commit_.empty())));
  }
  if (waits) {
    Status durable = log_->log().MakeDurable(*sequence);
    if (!durable.ok() && !Retract(*sequence, global) && global != kNoGlobalId) {
      Leave();  // what the log's file holds of the decision counts, for all alike
      return durable;
    }
    if (!durable.ok()) {
      static_cast<void>(Rollback());  // the first failure is the one to report
      return durable;
    }
  }
  std::vector<Action> actions;
  {
    const common::MutexLock lock(mutex_);
    assert(active_);
    active_ = false;
    actions.swap(on_commit_);
    on_rollback_.clear();
    records_.clear();
    undo_bytes_ = 0;
  }
  for (const Action& action : actions) {
    action.run();
  }
  End(/*rolled_back=*/false);
  return {};
}

void Transaction::Leave() {
  if (const std::optional<ActiveTransaction> state = LoggedState()) {
    log_->KeepUnfinished(*state);
  }
  {
    const common::MutexLock lock(mutex_);
    active_ = false;
  }
  if (log_ != nullptr) {
    log_->Unregister(this);  // nobody is to see it: its state does not end
    log_->oracle().Abandon(state_.get());
  }
}

void Transaction::End(bool rolled_back) {
  if (log_ != nullptr) {
    log_->Unregister(this);
  }
  if (whole_ && log_ != nullptr) {
    log_->oracle().End(state_, rolled_back);
  } else if (whole_) {
    state_->Forget();
  }
}

Status Transaction::Rollback() {
  Status status = RollbackTo(Savepoint{});
  {
    const common::MutexLock lock(mutex_);
    status = undo_failure_;
  }
  if (!status.ok()) {
    Leave();  // recovery tries again
    return status;
  }
  LogRollback();
  {
    const common::MutexLock lock(mutex_);
    active_ = false;
  }
  End(/*rolled_back=*/true);
  return status;
}

bool Transaction::prepared() const {
  const common::MutexLock lock(mutex_);
  return global_ != kNoGlobalId;
}

bool Transaction::has_changes() const {
  const common::MutexLock lock(mutex_);
  return !records_.empty() || id_ != TransactionId{0};
}

bool Transaction::active() const {
  const common::MutexLock lock(mutex_);
  return active_;
}

size_t Transaction::undo_bytes() const {
  const common::MutexLock lock(mutex_);
  return undo_bytes_;
}

}  // namespace redbase::tx
