#include "db/internal/session_transaction.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/name_match.h"
#include "db/internal/direct_run.h"

namespace redbase::db {

namespace {

using parser::IsolationLevel;

IsolationLevel LevelOf(const parser::TransactionModes& modes) {
  return modes.isolation.value_or(IsolationLevel::kSnapshot);
}

ex::SnapshotScope ScopeOf(const parser::TransactionModes& modes) {
  if (LevelOf(modes) <= IsolationLevel::kReadCommitted) {
    return ex::SnapshotScope::kStatement;
  }
  const bool may_write = !modes.read_only.value_or(false);
  return LevelOf(modes) == IsolationLevel::kSerializable && may_write
             ? ex::SnapshotScope::kSerializable
             : ex::SnapshotScope::kTransaction;
}

}  // namespace

SessionTransaction::SessionTransaction(ex::CommLayer& nodes, StatementLock& lock,
                                       const parser::TransactionModes& modes)
    : lock_(lock), modes_(modes), nodes_(nodes.BeginTransaction(ScopeOf(modes))) {}

Status SessionTransaction::Lock(StatementLock::Mode mode, const common::Patience& patience) {
  assert(!failed_);
  if (hold_.held() && hold_.mode() < mode) {
    return nodes_->AwaitAll([&] { return lock_.Upgrade(&hold_, mode, patience); });
  }
  if (hold_.held()) {
    return {};
  }
  ASSIGN_OR_RETURN(hold_, lock_.Take(mode, patience));
  return {};
}

Status SessionTransaction::PutIn(ql::DeferredInsert* rows, const ex::StatementOptions& options,
                                 const common::Patience& patience) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ex::ClusterStatement> statement, Begin(options));
  RETURN_IF_ERROR(RunDirect(*statement, *rows, patience).status());
  return statement->Commit();
}

Status SessionTransaction::PutBufferIn(const ex::StatementOptions& options,
                                       const common::Patience& patience) {
  if (buffer_.empty()) {
    return {};
  }
  Status put = PutIn(buffer_.rows(), options, patience);
  if (!put.ok()) {
    Fail();
  }
  return put;
}

void SessionTransaction::Fail() {
  buffer_.Close();  // what it has is part of what has failed
  failed_ = true;
  if (savepoints_.empty()) {
    // The statement's failure is the one to report.
    static_cast<void>(Rollback());
  }
}

void SessionTransaction::SetSavepoint(std::string_view name) {
  assert(buffer_.empty());
  savepoints_.push_back({std::string(name), nodes_->Mark()});
}

Result<SessionTransaction::Savepoints::iterator> SessionTransaction::Find(std::string_view name) {
  const auto is_it = [folded = common::FoldCase(name)](const Savepoint& each) {
    return common::FoldCase(each.name) == folded;
  };
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(), is_it);
  if (found == savepoints_.rend()) {
    return Status(Code::kNotFound, "savepoint does not exist: " + common::QuotedName(name));
  }
  return std::prev(found.base());
}

Status SessionTransaction::RollbackTo(std::string_view name) {
  ASSIGN_OR_RETURN(const Savepoints::iterator found, Find(name));
  buffer_.Close();
  savepoints_.erase(found + 1, savepoints_.end());
  RETURN_IF_ERROR(nodes_->RollbackTo(savepoints_.back().mark));
  failed_ = false;
  return {};
}

Status SessionTransaction::ReleaseSavepoint(std::string_view name) {
  ASSIGN_OR_RETURN(const Savepoints::iterator found, Find(name));
  savepoints_.erase(found, savepoints_.end());
  return {};
}

Status SessionTransaction::Commit(bool synchronous) {
  if (failed_) {
    return Rollback();
  }
  assert(buffer_.empty());
  buffer_.Close();  // while what it uses is locked
  nodes_->SetSynchronous(synchronous);
  Status status = nodes_->Commit();
  nodes_.reset();
  hold_.Release();
  return status;
}

Status SessionTransaction::Rollback() {
  buffer_.Close();
  Status status = nodes_ != nullptr ? nodes_->Rollback() : Status();
  nodes_.reset();
  hold_.Release();
  return status;
}

}  // namespace redbase::db
