// Pairs of rows of a join: those that satisfy its residual, and as rows of a batch.
#pragma once

#include "ql/expr.h"
#include "ql/internal/join_keys.h"
#include "ql/internal/join_table.h"

namespace redbase::ql {

// The rows of `left` and `right` side by side; nulls where the right one is kNoRow.
// Requires: at most a batch of pairs; `out` is empty and has the columns of both.
void GatherPairs(const Batch& left, const RowStore& right, const RowPairs& pairs, Batch* out);

// Keeps the pairs for which a predicate over the columns of both is true.
class PairFilter {
 public:
  // `predicate` may be null: all pairs satisfy it.
  PairFilter(const Expr* predicate, const Schema& left, const Schema& right)
      : predicate_(predicate), schema_(Schema::Join(left, right)) {}

  Status Keep(const Batch& left, const RowStore& right, RowPairs* pairs);

 private:
  const Expr* const predicate_;
  const Schema schema_;
  Batch batch_;
  std::vector<uint16_t> kept_;
};

}  // namespace redbase::ql
