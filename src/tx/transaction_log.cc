#include "tx/transaction_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/bytes.h"
#include "tx/log_records.h"

namespace redbase::tx {

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
