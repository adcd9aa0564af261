#include "ql/internal/join_pairs.h"

#include <algorithm>

#include "ql/expr_eval.h"
#include "ql/internal/unmatched_rows.h"

namespace redbase::ql {

void GatherPairs(const Batch& left, const RowStore& right, const RowPairs& pairs, Batch* out) {
  const size_t left_columns = left.column_count();
  for (size_t c = 0; c < left_columns; ++c) {
    out->column(c).Gather(left.column(c), pairs.left, 0);
  }
  const bool all =
      std::find(pairs.right.begin(), pairs.right.end(), JoinTable::kNoRow) == pairs.right.end();
  RowPairs some;  // places and rows of those that have a right row
  for (size_t i = 0; !all && i < pairs.size(); ++i) {
    if (pairs.right[i] != JoinTable::kNoRow) {
      some.left.push_back(static_cast<uint16_t>(i));
      some.right.push_back(pairs.right[i]);
    }
  }
  for (size_t c = left_columns; c < out->column_count(); ++c) {
    Vector& column = out->column(c);
    if (all) {
      right.Gather(c - left_columns, pairs.right, &column);
      continue;
    }
    FillWithNulls(pairs.size(), &column);
    for (const uint16_t place : some.left) {
      column.SetValid(place);
    }
    right.Scatter(c - left_columns, some.right, some.left, &column);
  }
  out->set_rows(pairs.size());
  out->set_sequence(left.sequence());
}

Status PairFilter::Keep(const Batch& left, const RowStore& right, RowPairs* pairs) {
  if (predicate_ == nullptr || pairs->size() == 0) {
    return {};
  }
  batch_.Reset(schema_);
  GatherPairs(left, right, *pairs, &batch_);
  RETURN_IF_ERROR(SelectRows(*predicate_, batch_, &kept_));
  for (size_t i = 0; i < kept_.size(); ++i) {
    pairs->left[i] = pairs->left[kept_[i]];
    pairs->right[i] = pairs->right[kept_[i]];
  }
  pairs->left.resize(kept_.size());
  pairs->right.resize(kept_.size());
  return {};
}

}  // namespace redbase::ql
