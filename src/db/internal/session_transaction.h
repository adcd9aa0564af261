// SessionTransaction: a transaction of several statements that a session has begun.
//
//   active --a statement fails--> failed --rollback to a savepoint--> active
//
// Failed without a savepoint, nothing of it can be wanted any more: its changes are
// taken back and the lock is given back at once.
//
// The lock is taken by the first statement and held to the end.  Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/internal/insert_buffer.h"
#include "db/internal/statement_lock.h"
#include "db/session.h"
#include "ex/comm_layer.h"
#include "parser/ast.h"

namespace redbase::db {

class SessionTransaction {
 public:
  SessionTransaction(ex::CommLayer& nodes, StatementLock& lock,
                     const parser::TransactionModes& modes);

  TransactionState state() const {
    return failed_ ? TransactionState::kFailed : TransactionState::kActive;
  }
  const parser::TransactionModes& modes() const { return modes_; }
  bool read_only() const { return modes_.read_only.value_or(false); }

  // Requires: active.
  Status Lock(StatementLock::Mode mode, const common::Patience& patience);
  // What others know of it.  Requires: active, as the next one does.
  std::shared_ptr<const tx::TransactionState> known_as() const { return nodes_->state(); }
  // Waits for the end of another one.
  Status Await(std::shared_ptr<const tx::TransactionState> other,
               const common::Patience& patience) {
    return nodes_->Await(std::move(other), patience);
  }
  Result<std::unique_ptr<ex::ClusterStatement>> Begin(const ex::StatementOptions& options) {
    return nodes_->Begin(options);
  }
  // Takes rows between statements of the transaction.
  InsertBuffer& buffer() { return buffer_; }
  // Puts in what the buffer has, as a statement of its own; it stays open.  The transaction
  // fails with it.
  Status PutBufferIn(const ex::StatementOptions& options, const common::Patience& patience);
  // A result that is not drained: no other statement may begin.
  bool running() const { return running_; }
  void set_running(bool running) { running_ = running; }

  // A statement has failed, and was taken back.
  void Fail();

  // The buffer is empty when a savepoint is set, and at the commit.
  //
  // Names as in PostgreSQL: a later one hides an earlier one of the same name, in any
  // case of letters.  kNotFound names a savepoint that is not there.
  void SetSavepoint(std::string_view name);
  Status RollbackTo(std::string_view name);
  // Forgets it and those after it.
  Status ReleaseSavepoint(std::string_view name);

  // Each ends the transaction, also when it fails.  Commit of a failed one rolls back.
  // `synchronous`: it returns when what was changed survives a power cut.
  Status Commit(bool synchronous);
  Status Rollback();

 private:
  struct Savepoint {
    std::string name;
    ex::TransactionMark mark;
  };
  using Savepoints = std::vector<Savepoint>;

  Result<Savepoints::iterator> Find(std::string_view name);
  Status PutIn(ql::DeferredInsert* rows, const ex::StatementOptions& options,
               const common::Patience& patience);

  StatementLock& lock_;
  const parser::TransactionModes modes_;
  // Given back last.
  StatementLock::Hold hold_;
  std::unique_ptr<ex::ClusterTransaction> nodes_;  // null once all was taken back
  InsertBuffer buffer_;
  Savepoints savepoints_;
  bool failed_ = false;
  bool running_ = false;
};

}  // namespace redbase::db
