// RowBlock: some columns of some records of one page, as log and undo records
// carry them.
//
// Format, little-endian, packed without alignment:
//
//   0       2         4       6      8
//   +-------+---------+-------+------+-------------------------------------+
//   | count | columns | flags | zero | slots: one u16 (a run) or count u16 |
//   | u16   | u16     | u16   | u16  |                                     |
//   +-------+---------+-------+------+-------------------------------------+
//   then with flag kMovedIn the home of the only record (u32 page, u16 slot),
//   then for each column
//   +--------+----------+-----------+-------+------------------------------+
//   | column | variable | has nulls | width | with nulls: ceil(count / 8)  |
//   | u16    | u8       | u8        | u16   | bytes, 1 = null              |
//   +--------+----------+-----------+-------+------------------------------+
//   fixed width:      count values
//   variable length:  count u32 lengths, u32 total, the bytes one after
//                     another; length 0xFFFFFFFF marks a LongValue
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/rid.h"
#include "rm/internal/record_layout.h"
#include "rm/record_page.h"

namespace redbase::rm {

// A reference with the first bytes of its value.
struct LongValue {
  uint32_t prefix;
  LongReference reference;
};
static_assert(sizeof(LongValue) == 12);

// One value on its own.  Borrows its bytes.
struct Cell {
  bool null = true;
  bool is_long = false;  // `bytes` are a LongValue
  std::string_view bytes{};

  // Bytes of the heap that it needs in a page.
  size_t HeapBytes(bool variable) const {
    return !variable || null                     ? 0
           : is_long                             ? sizeof(LongReference)
           : bytes.size() <= VarEntry::kInPrefix ? 0
                                                 : bytes.size();
  }
};

// A value of a batch that was written to overflow pages.
struct StoredLong {
  uint32_t column = 0;  // position among the columns written
  uint32_t row = 0;     // counts selected rows
  LongValue value{};
};

class BlockColumn {
 public:
  uint32_t column = 0;
  uint16_t width = 0;
  bool variable = false;
  const std::byte* nulls = nullptr;
  const std::byte* values = nullptr;  // of fixed width, or the lengths
  std::string_view bytes{};           // of all values of variable length

  static constexpr uint32_t kLongMark = 0xFFFFFFFF;

  bool IsNull(size_t i) const {
    return nulls != nullptr && ((static_cast<uint8_t>(nulls[i / 8]) >> (i % 8)) & 1U) != 0;
  }
  uint32_t Length(size_t i) const { return LoadAs<uint32_t>(values + i * sizeof(uint32_t)); }
  // Bytes of `bytes` that value i takes.
  size_t Stored(size_t i) const { return Length(i) == kLongMark ? sizeof(LongValue) : Length(i); }
  // Bytes of the heap for value i.
  size_t HeapBytes(size_t i) const {
    const uint32_t length = Length(i);
    return length == kLongMark ? sizeof(LongReference) : length <= VarEntry::kInPrefix ? 0 : length;
  }
};

// Reads a block.  Borrows its bytes.
class RowBlock {
 public:
  // False when the bytes are no block.
  bool Parse(std::span<const std::byte> bytes);

  size_t count() const { return count_; }
  bool is_run() const { return run_; }
  uint16_t Slot(size_t i) const {
    return run_ ? static_cast<uint16_t>(first_slot_ + i) : LoadAs<uint16_t>(slots_ + i * 2);
  }
  const std::optional<Rid>& home() const { return home_; }
  const std::vector<BlockColumn>& columns() const { return columns_; }
  // Heap bytes of all values.
  size_t HeapBytes() const;
  // Row i, one cell for each column of the block.
  std::vector<Cell> Row(size_t i) const;

 private:
  bool ParseColumn(std::span<const std::byte>* rest, BlockColumn* out) const;

  size_t count_ = 0;
  bool run_ = false;
  uint16_t first_slot_ = 0;
  const std::byte* slots_ = nullptr;
  std::optional<Rid> home_;
  std::vector<BlockColumn> columns_;
};

// Builds a block: Begin, then every column once, ascending.  Reusable.
class RowBlockBuilder {
 public:
  void BeginRun(size_t columns, uint16_t first_slot, size_t count);
  void BeginSlots(size_t columns, std::span<const uint16_t> slots);
  void BeginMovedIn(size_t columns, uint16_t slot, Rid home);
  // As many rows as the block has, from the `first`-th selected row of `batch`
  // on.  `longs` are the values of this column that lie in overflow pages.
  void AddVector(uint32_t column, const ColumnLayout& layout, const Batch& batch, size_t vector,
                 size_t first, std::span<const StoredLong> longs);
  // The values of slots of a page.  Requires: slice is that column of the page.
  void AddSlots(uint32_t column, const RecordPage& page, const ColumnSlice& slice,
                std::span<const uint16_t> slots);
  // Requires: the block has one row.
  void AddCell(uint32_t column, const ColumnLayout& layout, const Cell& cell);

  // Rows of the block begun.
  size_t count() const { return count_; }
  std::span<const std::byte> bytes() const { return AsBytes(out_); }
  std::string* buffer() { return &out_; }

 private:
  void Begin(size_t columns, size_t count, uint16_t flags);
  void BeginColumn(uint32_t column, uint16_t width, bool variable, bool nulls);
  template <typename RowOf>
  void AddFixed(const Vector& vector, size_t width, RowOf row);
  template <typename RowOf>
  void AddStrings(const Vector& vector, size_t first, std::span<const StoredLong> longs, RowOf row);
  void AddPageStrings(const RecordPage& page, const ColumnSlice& slice,
                      std::span<const uint16_t> slots);
  template <typename IsNull>
  void AddNulls(IsNull is_null);

  std::string out_;
  size_t count_ = 0;
  std::vector<uint32_t> lengths_;
};

// The cells of one slot, all columns, their bytes copied to `arena`, which must
// not move afterwards.  False when the page is damaged.
bool ReadCells(const RecordPage& page, size_t slot, std::string* arena, std::vector<Cell>* cells);

}  // namespace redbase::rm
