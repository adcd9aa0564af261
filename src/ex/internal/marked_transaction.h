// MarkedTransaction: one node's part of a transaction, with the points where its
// statements began there, so that each can be taken back.
//
// Not thread-safe, but for transaction(): statements come one after another.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ex/message.h"
#include "tx/transaction.h"

namespace redbase::ex {

class MarkedTransaction {
 public:
  MarkedTransaction(tx::TransactionLog& log, std::shared_ptr<tx::TransactionState> whole)
      : transaction_(log, std::move(whole)) {}

  // Notes where a statement begins, unless it has.  Requires: it is not older than
  // the last one.
  void BeginStatement(StatementNumber statement);
  // Takes back what this statement and those after it did; without effect when
  // none of them has begun here.
  Status RollbackTo(StatementNumber statement);

  tx::Transaction& transaction() { return transaction_; }

 private:
  struct Mark {
    StatementNumber statement;
    tx::Savepoint point;
  };

  tx::Transaction transaction_;
  // Both parts rise.  Of statements that noted nothing only the last is here: what
  // those before it would go back to is the same point.
  std::vector<Mark> marks_;
};

}  // namespace redbase::ex
