#include "ex/internal/marked_transaction.h"

#include <algorithm>
#include <cassert>

namespace redbase::ex {

void MarkedTransaction::BeginStatement(StatementNumber statement) {
  if (!marks_.empty() && marks_.back().statement == statement) {
    return;
  }
  assert(marks_.empty() || marks_.back().statement < statement);
  transaction_.BeginStatement(static_cast<uint64_t>(statement));
  const tx::Savepoint here = transaction_.Mark();
  if (marks_.empty() || marks_.back().point != here) {
    marks_.push_back({statement, here});
  } else {
    marks_.back().statement = statement;
  }
}

Status MarkedTransaction::RollbackTo(StatementNumber statement) {
  const auto first =
      std::partition_point(marks_.begin(), marks_.end(),
                           [statement](const Mark& mark) { return mark.statement < statement; });
  if (first == marks_.end()) {
    return {};
  }
  const tx::Savepoint point = first->point;
  marks_.erase(first, marks_.end());
  return transaction_.RollbackTo(point);
}

}  // namespace redbase::ex
