// Batch: up to kBatchCapacity rows as typed columns, with an optional selection.
//
// Operators pass batches.  A filter does not move rows: it sets a selection, the
// indexes of the rows that count, in ascending order.  A batch may carry the
// RIDs of its rows, for changes and index maintenance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/rid.h"
#include "common/schema.h"
#include "common/value.h"
#include "common/vector.h"

namespace redbase {

class Batch {
 public:
  Batch() = default;
  explicit Batch(const Schema& schema, size_t capacity = kBatchCapacity) {
    Reset(schema, capacity);
  }
  Batch(Batch&&) noexcept = default;
  Batch& operator=(Batch&&) noexcept = default;

  // Empties the batch and gives it one vector per column of `schema`.
  void Reset(const Schema& schema, size_t capacity = kBatchCapacity);
  // Empties the batch, keeping its columns.
  void Clear();

  size_t column_count() const { return columns_.size(); }
  Vector& column(size_t i) { return columns_[i]; }
  const Vector& column(size_t i) const { return columns_[i]; }
  std::vector<Vector>& columns() { return columns_; }
  const std::vector<Vector>& columns() const { return columns_; }

  // Rows that the vectors have room for.
  size_t capacity() const { return capacity_; }
  // Rows stored in the vectors, selected or not.
  size_t rows() const { return rows_; }
  void set_rows(size_t rows) {
    rows_ = rows;
    has_selection_ = false;
  }

  // Rows that count.
  size_t selected() const { return has_selection_ ? selection_.size() : rows_; }
  bool has_selection() const { return has_selection_; }
  // Requires: has_selection().
  std::span<const uint16_t> selection() const { return selection_; }
  // Requires: ascending, each below rows().
  void SetSelection(std::vector<uint16_t> selection) {
    selection_ = std::move(selection);
    has_selection_ = true;
  }
  // The index in the vectors of the i-th row that counts.
  size_t RowAt(size_t i) const { return has_selection_ ? selection_[i] : i; }

  // RIDs parallel to the vectors; empty when nobody asked for them.
  std::vector<Rid>& rids() { return rids_; }
  const std::vector<Rid>& rids() const { return rids_; }

  // Position in the source's order: the partition in the upper 24 bits (0 where
  // there is one), the morsel in the lower 40.  A sink that must keep the order of
  // the source sorts by it.
  uint64_t sequence() const { return sequence_; }
  void set_sequence(uint64_t sequence) { sequence_ = sequence; }
  uint32_t partition() const { return static_cast<uint32_t>(sequence_ >> kMorselBits); }
  void set_partition(uint32_t partition) {
    sequence_ =
        (uint64_t{partition} << kMorselBits) | (sequence_ & ((uint64_t{1} << kMorselBits) - 1));
  }

  // The value of one cell, for printing and tests: slow.  `row` counts stored
  // rows, not selected ones.
  Value GetValue(size_t column, size_t row) const;
  // Requires: value is null or of the column's type; an int for smallint, and
  // perhaps for boolean.
  void SetValue(size_t column, size_t row, const Value& value);

  // Appends the selected rows of `source`, as many as fit, from the `first`-th
  // selected on; returns how many.  Requires: equal physical types, no
  // selection here.
  size_t Append(const Batch& source, size_t first = 0);

 private:
  static constexpr int kMorselBits = 40;

  std::vector<Vector> columns_;
  size_t capacity_ = 0;
  size_t rows_ = 0;
  bool has_selection_ = false;
  std::vector<uint16_t> selection_;
  std::vector<Rid> rids_;
  uint64_t sequence_ = 0;
};

}  // namespace redbase
