// Hashes and equality of join keys, column by column.
//
// Keys that compare equal hash alike: -0 as 0, every NaN alike.  Nulls hash alike, and
// match nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "ql/internal/row_store.h"

namespace redbase::ql {

// Shrinks the selection to the rows that have no null in `keys`.
void DropNullKeys(std::span<const uint32_t> keys, Batch* batch);

// A hash per selected row, in the order of selection.
void HashKeys(std::span<const uint32_t> keys, const Batch& batch, std::vector<uint64_t>* hashes);

// Pairs of rows that may join: left[i] of a batch, right[i] of a store.
struct RowPairs {
  std::vector<uint16_t> left;
  std::vector<RowNumber> right;

  size_t size() const { return left.size(); }
  void clear() {
    left.clear();
    right.clear();
  }
};

// Keeps the pairs that agree in left_column and right_column.
// Requires: equal physical types.
void KeepEqual(const Batch& left, uint32_t left_column, const RowStore& right,
               uint32_t right_column, RowPairs* pairs);
// The same, and those of which one side or both are null.
void KeepEqualOrNull(const Batch& left, uint32_t left_column, const RowStore& right,
                     uint32_t right_column, RowPairs* pairs);

}  // namespace redbase::ql
