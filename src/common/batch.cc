#include "common/batch.h"

#include <algorithm>
#include <cassert>
#include <limits>

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

Value Batch::GetValue(size_t column, size_t row) const {
  const Vector& vector = columns_[column];
  if (!vector.IsValid(row)) {
    return Value::Null();
  }
  switch (vector.physical()) {
    case PhysicalType::kBool:
      return Value::Int(vector.data<uint8_t>()[row]);
    case PhysicalType::kInt16:
      return Value::Int(vector.data<int16_t>()[row]);
    case PhysicalType::kInt32:
      return Value::Int(vector.data<int32_t>()[row]);
    case PhysicalType::kInt64:
      return Value::Bigint(vector.data<int64_t>()[row]);
    case PhysicalType::kFloat32:
      return Value::Real(vector.data<float>()[row]);
    case PhysicalType::kFloat64:
      return Value::Double(vector.data<double>()[row]);
    case PhysicalType::kString:
      return Value::String(std::string(vector.data<StringView>()[row].view()));
    case PhysicalType::kInt128:
      break;
  }
  assert(false && "no SQL type has this physical type yet");
  return Value::Null();
}

void Batch::SetValue(size_t column, size_t row, const Value& value) {
  Vector& vector = columns_[column];
  if (value.is_null()) {
    vector.SetNull(row);
    if (vector.physical() == PhysicalType::kString) {
      vector.data<StringView>()[row] = StringView();
    }
    return;
  }
  vector.SetValid(row);
  switch (vector.physical()) {
    case PhysicalType::kBool:
      vector.data<uint8_t>()[row] = value.int_value() != 0 ? 1 : 0;
      return;
    case PhysicalType::kInt16:
      vector.data<int16_t>()[row] = static_cast<int16_t>(value.int_value());
      return;
    case PhysicalType::kInt32:
      vector.data<int32_t>()[row] = value.int_value();
      return;
    case PhysicalType::kInt64:
      vector.data<int64_t>()[row] = value.bigint_value();
      return;
    case PhysicalType::kFloat32:
      vector.data<float>()[row] = value.real_value();
      return;
    case PhysicalType::kFloat64:
      vector.data<double>()[row] = value.double_value();
      return;
    case PhysicalType::kString:
      vector.SetString(row, value.string_value());
      return;
    case PhysicalType::kInt128:
      break;
  }
  assert(false && "no SQL type has this physical type yet");
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
