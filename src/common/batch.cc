#include "common/batch.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "common/physical_value.h"

namespace redbase {

void Batch::Reset(const Schema& schema, size_t capacity) {
  // A selection counts rows in 16 bits.
  assert(capacity <= size_t{std::numeric_limits<uint16_t>::max()} + 1);
  columns_.resize(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    columns_[i].Reset(schema[i].type, capacity);
  }
  capacity_ = capacity;
  Clear();
}

void Batch::Clear() {
  for (Vector& column : columns_) {
    column.Reset(column.type(), capacity_);
  }
  rows_ = 0;
  has_selection_ = false;
  selection_.clear();
  rids_.clear();
  sequence_ = 0;
}

Value Batch::GetValue(size_t column, size_t row) const { return ValueAt(columns_[column], row); }

void Batch::SetValue(size_t column, size_t row, const Value& value) {
  Vector& vector = columns_[column];
  PutBorrowed(value, row, &vector);
  if (vector.physical() == PhysicalType::kString && vector.IsValid(row)) {
    vector.SetString(row, vector.data<StringView>()[row].view());
  }
}

size_t Batch::Append(const Batch& source, size_t first) {
  assert(!has_selection_ && columns_.size() == source.columns_.size());
  assert(first <= source.selected());
  const size_t count = std::min(source.selected() - first, capacity_ - rows_);
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (source.has_selection_) {
      columns_[c].Gather(source.columns_[c], source.selection().subspan(first, count), rows_);
    } else {
      columns_[c].CopyRange(source.columns_[c], first, count, rows_);
    }
  }
  // RIDs stay parallel to the rows: all rows have them, or none.
  if (!source.rids_.empty() && rids_.size() == rows_) {
    for (size_t i = 0; i < count; ++i) {
      rids_.push_back(source.rids_[source.RowAt(first + i)]);
    }
  }
  rows_ += count;
  return count;
}

}  // namespace redbase
