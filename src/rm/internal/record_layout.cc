#include "rm/internal/record_layout.h"

#include <algorithm>
#include <limits>

namespace redbase::rm {

RecordLayout::RecordLayout(const std::vector<LogicalType>& types, size_t page_size)
    : page_size_(page_size) {
  columns_.reserve(types.size());
  for (const LogicalType type : types) {
    ColumnLayout column;
    column.physical = PhysicalTypeOf(type);
    column.variable = column.physical == PhysicalType::kString;
    column.width =
        static_cast<uint16_t>(column.variable ? sizeof(VarEntry) : WidthOf(column.physical));
    if (column.variable) {
      variable_.push_back(static_cast<uint32_t>(columns_.size()));
    }
    bits_per_slot_ += 1 + size_t{column.width} * 8;
    columns_.push_back(column);
  }
}

size_t RecordLayout::FixedBytes(size_t capacity) const {
  const size_t bitmap = (capacity + 63) / 64 * 8;
  size_t bytes = kDescriptorsAt + columns_.size() * sizeof(ColumnDescriptor) + 2 * bitmap;
  for (const ColumnLayout& column : columns_) {
    bytes += bitmap + (capacity * column.width + 7) / 8 * 8;
  }
  return bytes;
}

uint16_t RecordLayout::CapacityFor(double heap_per_record) const {
  const size_t empty = FixedBytes(0);
  if (empty >= page_size_) {
    return 0;
  }
  const double per_record = static_cast<double>(bits_per_slot_) / 8 + heap_per_record;
  auto capacity = static_cast<size_t>(static_cast<double>(page_size_ - empty) / per_record);
  capacity = std::min(capacity, size_t{std::numeric_limits<uint16_t>::max()});
  const auto heap = [&] {
    return static_cast<size_t>(static_cast<double>(capacity) * heap_per_record);
  };
  // Bitmaps and values are padded: a few slots less than the bits promise.
  while (capacity > 0 && FixedBytes(capacity) + heap() > page_size_) {
    --capacity;
  }
  return static_cast<uint16_t>(capacity);
}

bool RecordLayout::Fits() const {
  const size_t references = variable_.size() * sizeof(LongReference);
  return !columns_.empty() && columns_.size() <= std::numeric_limits<uint16_t>::max() &&
         FixedBytes(1) + references + sizeof(MovedIn) <= page_size_;
}

}  // namespace redbase::rm
