// RecordLayout: how much room the columns of a file take in a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/types.h"
#include "rm/record_page.h"

namespace redbase::rm {

struct ColumnLayout {
  PhysicalType physical = PhysicalType::kInt32;
  uint16_t width = 0;
  bool variable = false;
};

class RecordLayout {
 public:
  RecordLayout(const std::vector<LogicalType>& types, size_t page_size);

  size_t size() const { return columns_.size(); }
  const ColumnLayout& operator[](size_t i) const { return columns_[i]; }
  std::span<const ColumnLayout> columns() const { return columns_; }
  // Columns of variable length, ascending.
  std::span<const uint32_t> variable() const { return variable_; }

  // Bytes of a page before its heap.
  size_t FixedBytes(size_t capacity) const;
  // Slots of a page whose records take this much heap each; 0 when not even
  // one fits.
  uint16_t CapacityFor(double heap_per_record) const;
  // False when a record may not fit an empty page, however its values lie.
  bool Fits() const;

  // Longer values lie in overflow pages.
  size_t longest_inline() const { return page_size_ / 8; }
  // Heap bytes that one record may take: values are moved out until it holds.
  // A record that was moved in needs a MovedIn entry besides.
  size_t most_heap() const { return page_size_ - FixedBytes(1) - sizeof(MovedIn); }

 private:
  std::vector<ColumnLayout> columns_;
  std::vector<uint32_t> variable_;
  size_t page_size_;
  size_t bits_per_slot_ = 2;
};

}  // namespace redbase::rm
