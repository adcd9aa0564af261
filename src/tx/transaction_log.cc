#include "tx/transaction_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/bytes.h"
#include "tx/log_records.h"

namespace redbase::tx {

namespace {

Status NoUndoRecord() {
  return {Code::kCorruption, "the log has no undo record where there should be one"};
}

}  // namespace

Result<LoggedUndo> LoggedUndo::Decode(std::string group) {
  LoggedUndo undo;
  undo.group_ = std::make_unique<const std::string>(std::move(group));
  bool is_undo = false;
  RETURN_IF_ERROR(pf::ForEachLogRecord(
      AsBytes(*undo.group_),
      [&](const pf::LogRecordHeader& header, std::span<const std::byte> payload) -> Status {
        is_undo = header.op == kUndoRecord;
        if (is_undo) {
          ASSIGN_OR_RETURN(undo.entry_, DecodeUndo(header.file_id, payload));
        }
        return {};
      }));
  return is_undo ? Result<LoggedUndo>(std::move(undo)) : NoUndoRecord();
}

Result<LoggedUndo> TransactionLog::ReadUndo(uint64_t sequence,
                                            std::optional<TransactionId> of) const {
  ASSIGN_OR_RETURN(std::string group, log_->ReadGroup(sequence));
  ASSIGN_OR_RETURN(LoggedUndo undo, LoggedUndo::Decode(std::move(group)));
  const bool is_it = undo.entry().transaction == of.value_or(undo.entry().transaction);
  return is_it && undo.entry().previous < sequence ? Result<LoggedUndo>(std::move(undo))
                                                   : NoUndoRecord();
}

std::optional<uint64_t> TransactionLog::Kept::first() const {
  const common::MutexLock lock(mutex);
  return from.empty() ? std::nullopt : std::optional(*from.begin());
}

TransactionLog::Pin::Pin(std::shared_ptr<Kept> kept, uint64_t from)
    : kept_(std::move(kept)), from_(from) {
  const common::MutexLock lock(kept_->mutex);
  kept_->from.insert(from_);
}

TransactionLog::Pin::~Pin() {
  const common::MutexLock lock(kept_->mutex);
  kept_->from.erase(kept_->from.find(from_));
}

std::shared_ptr<const TransactionLog::Pin> TransactionLog::KeepFor(TransactionState& transaction,
                                                                   uint64_t from) {
  auto pin = std::make_shared<const Pin>(kept_, from);
  transaction.WhenForgotten([pin] {});
  return pin;
}

std::shared_ptr<const TransactionLog::Pin> TransactionLog::PinRecovery(
    pf::WriteAheadLog::RecoveryStart* start) {
  const common::MutexLock none_is_made(checkpoint_mutex_);
  *start = log_->recovery_start();
  return std::make_shared<const Pin>(kept_, start->keep_from);
}

Result<std::unique_ptr<TransactionLog>> TransactionLog::Open(common::Env& env,
                                                             const std::string& directory,
                                                             uint64_t database_id) {
  ASSIGN_OR_RETURN(auto log, pf::WriteAheadLog::Open(env, directory, database_id));
  return std::make_unique<TransactionLog>(env, std::move(log));
}

void TransactionLog::NoteFileCreated(pf::FileId file, std::string_view name, size_t page_size) {
  log_->Append(
      AsBytes(EncodeFileCreated({file, static_cast<uint32_t>(page_size), std::string(name)})));
}

bool TransactionLog::IsDecided(GlobalId global) const {
  const common::MutexLock lock(mutex_);
  return decided_.count(global) > 0;
}

std::vector<GlobalId> TransactionLog::Decided() const {
  const common::MutexLock lock(mutex_);
  return {decided_.begin(), decided_.end()};
}

void TransactionLog::KeepUnfinished(const ActiveTransaction& transaction) {
  const common::MutexLock lock(mutex_);
  unfinished_.push_back(transaction);
}

void TransactionLog::Forget(const std::vector<GlobalId>& globals) {
  for (const GlobalId global : globals) {
    const common::MutexLock lock(mutex_);
    decided_.erase(global);
    log_->Append(AsBytes(EncodeForget(global)));
  }
}

Status TransactionLog::MakeDurable() { return log_->MakeDurable(log_->end() - 1); }

void TransactionLog::Register(Transaction* transaction) {
  const common::MutexLock lock(mutex_);
  active_.insert(transaction);
}

void TransactionLog::Unregister(Transaction* transaction) {
  const common::MutexLock lock(mutex_);
  active_.erase(transaction);
}

CheckpointEntry TransactionLog::State() const {
  const common::MutexLock lock(mutex_);
  CheckpointEntry entry;
  for (const Transaction* const transaction : active_) {
    if (const std::optional<ActiveTransaction> active = transaction->LoggedState()) {
      entry.active.push_back(*active);
    }
  }
  entry.active.insert(entry.active.end(), unfinished_.begin(), unfinished_.end());
  entry.decided.assign(decided_.begin(), decided_.end());
  entry.next_transaction = next_transaction_.load();
  return entry;
}

Status TransactionLog::Checkpoint(const std::function<Status()>& write_all) {
  const common::MutexLock one(checkpoint_mutex_);
  const uint64_t begun = log_->BeginCheckpoint();
  const CheckpointEntry state = State();
  uint64_t keep_from = begun;
  for (const ActiveTransaction& active : state.active) {
    keep_from = std::min(keep_from, active.first_undo);
  }
  keep_from = std::min(keep_from, kept_->first().value_or(keep_from));
  RETURN_IF_ERROR(write_all());
  const uint64_t record = log_->Append(AsBytes(EncodeCheckpoint(state)));
  const uint64_t end = log_->end();
  RETURN_IF_ERROR(log_->CompleteCheckpoint(begun, record, keep_from));
  const common::MutexLock lock(mutex_);
  // Whatever came in between is a change that the next one finds.
  clean_end_ = record == begun ? end : clean_end_;
  return {};
}

bool TransactionLog::has_changes() const {
  const uint64_t end = log_->end();
  const common::MutexLock lock(mutex_);
  return end != clean_end_;
}

}  // namespace redbase::tx
