// Session: one user's statements, one after another, with their settings.
//
// Every statement is done as a whole or not at all: as a transaction of its own, or,
// from `begin` to `commit` or `rollback`, as one of several.  After a failure in a
// transaction the session refuses statements until a rollback, to its start or to a
// savepoint.  A session that ends inside a transaction rolls it back.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "common/cancel_token.h"
#include "common/result.h"
#include "db/database.h"
#include "db/prepared_statement.h"
#include "db/row_cursor.h"
#include "db/settings.h"
#include "db/statement_result.h"
#include "parser/ast.h"

namespace redbase::db {

enum class TransactionState : uint8_t {
  kIdle,    // no transaction: every statement is one of its own
  kActive,  // in a transaction
  kFailed,  // in one of which a statement has failed
};

class Session {
  class Impl;

 public:
  explicit Session(std::unique_ptr<Impl> impl);  // use Database::Connect
  ~Session();

  // One statement.  The result is drained or destroyed before the next call.
  Result<std::unique_ptr<StatementResult>> Execute(const parser::Statement& statement);
  Result<std::unique_ptr<StatementResult>> Execute(std::string_view text);

  // A statement to run several times.  Errors as for Execute, but for those that only
  // values can make.  Requires: destroyed before the session is.
  Result<std::unique_ptr<PreparedStatement>> Prepare(std::string_view text);

  TransactionState transaction_state() const;
  bool in_transaction() const { return transaction_state() != TransactionState::kIdle; }
  // For a statement that the caller could not parse: it fails a transaction as any
  // other does.
  void NoteFailure();

  Settings& settings();
  // Stops the running statement at its next batch; safe in a signal handler.
  common::CancelToken& cancel_token();

 private:
  friend class Database;
  friend class PreparedStatement;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::db
