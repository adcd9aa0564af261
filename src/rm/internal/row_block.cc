#include "rm/internal/row_block.h"

#include <algorithm>
#include <cassert>

namespace redbase::rm {

namespace {

constexpr uint16_t kRunFlag = 1;
constexpr uint16_t kMovedInFlag = 2;

template <typename T>
void Put(std::string* out, const T& v) {
  ByteWriter(out).Put(v);
}

// Takes `n` bytes from the front; null when there are fewer.
const std::byte* Take(std::span<const std::byte>* rest, size_t n) {
  if (rest->size() < n) {
    return nullptr;
  }
  const std::byte* p = rest->data();
  *rest = rest->subspan(n);
  return p;
}

}  // namespace

bool RowBlock::Parse(std::span<const std::byte> bytes) {
  columns_.clear();
  ByteReader reader(bytes);
  count_ = reader.Get<uint16_t>();
  const size_t columns = reader.Get<uint16_t>();
  const auto flags = reader.Get<uint16_t>();
  reader.Get<uint16_t>();
  run_ = (flags & kRunFlag) != 0;
  if (run_) {
    first_slot_ = reader.Get<uint16_t>();
  } else {
    slots_ = AsBytes(reader.GetBytes(count_ * 2)).data();
  }
  home_.reset();
  if ((flags & kMovedInFlag) != 0) {
    const auto page = reader.Get<PageNum>();
    home_ = Rid{page, reader.Get<SlotNum>()};
  }
  std::span<const std::byte> rest = reader.rest();
  columns_.reserve(std::min(columns, rest.size()));
  for (size_t i = 0; i < columns && reader.ok(); ++i) {
    BlockColumn column;
    if (!ParseColumn(&rest, &column)) {
      return false;
    }
    columns_.push_back(column);
  }
  return reader.ok() && rest.empty();
}

bool RowBlock::ParseColumn(std::span<const std::byte>* rest, BlockColumn* out) const {
  const std::byte* head = Take(rest, 6);
  if (head == nullptr) {
    return false;
  }
  out->column = LoadAs<uint16_t>(head);
  out->variable = head[2] != std::byte{0};
  out->width = LoadAs<uint16_t>(head + 4);
  if (head[3] != std::byte{0}) {
    out->nulls = Take(rest, (count_ + 7) / 8);
    if (out->nulls == nullptr) {
      return false;
    }
  }
  out->values = Take(rest, count_ * (out->variable ? sizeof(uint32_t) : out->width));
  if (out->values == nullptr || !out->variable) {
    return out->values != nullptr;
  }
  const std::byte* total = Take(rest, sizeof(uint32_t));
  if (total == nullptr || rest->size() < LoadAs<uint32_t>(total)) {
    return false;
  }
  const auto size = LoadAs<uint32_t>(total);
  out->bytes = AsChars(rest->first(size));
  *rest = rest->subspan(size);
  size_t sum = 0;
  for (size_t i = 0; i < count_; ++i) {
    sum += out->Stored(i);
  }
  return sum == size;
}

size_t RowBlock::HeapBytes() const {
  size_t bytes = 0;
  for (const BlockColumn& column : columns_) {
    for (size_t i = 0; column.variable && i < count_; ++i) {
      bytes += column.HeapBytes(i);
    }
  }
  return bytes;
}

std::vector<Cell> RowBlock::Row(size_t i) const {
  std::vector<Cell> cells;
  for (const BlockColumn& column : columns_) {
    Cell cell;
    cell.null = column.IsNull(i);
    if (column.variable) {
      size_t at = 0;
      for (size_t k = 0; k < i; ++k) {
        at += column.Stored(k);
      }
      cell.is_long = column.Length(i) == BlockColumn::kLongMark;
      cell.bytes = column.bytes.substr(at, column.Stored(i));
    } else {
      cell.bytes = AsChars({column.values + i * column.width, column.width});
    }
    cells.push_back(cell);
  }
  return cells;
}

void RowBlockBuilder::Begin(size_t columns, size_t count, uint16_t flags) {
  constexpr size_t kSmallBlock = 256;
  out_.clear();
  out_.reserve(kSmallBlock);  // at once, where it is for one row
  count_ = count;
  Put(&out_, static_cast<uint16_t>(count));
  Put(&out_, static_cast<uint16_t>(columns));
  Put(&out_, flags);
  Put(&out_, uint16_t{0});
}

void RowBlockBuilder::BeginRun(size_t columns, uint16_t first_slot, size_t count) {
  Begin(columns, count, kRunFlag);
  Put(&out_, first_slot);
}

void RowBlockBuilder::BeginSlots(size_t columns, std::span<const uint16_t> slots) {
  if (!slots.empty() && size_t{slots.back()} - slots.front() == slots.size() - 1 &&
      std::is_sorted(slots.begin(), slots.end())) {
    BeginRun(columns, slots.front(), slots.size());
    return;
  }
  Begin(columns, slots.size(), 0);
  out_.append(AsChars(std::as_bytes(slots)));
}

void RowBlockBuilder::BeginMovedIn(size_t columns, uint16_t slot, Rid home) {
  Begin(columns, 1, kRunFlag | kMovedInFlag);
  Put(&out_, slot);
  Put(&out_, home.page);
  Put(&out_, home.slot);
}

void RowBlockBuilder::BeginColumn(uint32_t column, uint16_t width, bool variable, bool nulls) {
  Put(&out_, static_cast<uint16_t>(column));
  Put(&out_, static_cast<uint8_t>(variable));
  Put(&out_, static_cast<uint8_t>(nulls));
  Put(&out_, width);
}

template <typename IsNull>
void RowBlockBuilder::AddNulls(IsNull is_null) {
  for (size_t i = 0; i < count_; i += 8) {
    uint8_t byte = 0;
    for (size_t k = i; k < std::min(i + 8, count_); ++k) {
      byte = static_cast<uint8_t>(byte | ((is_null(k) ? 1U : 0U) << (k % 8)));
    }
    Put(&out_, byte);
  }
}

template <typename RowOf>
void RowBlockBuilder::AddFixed(const Vector& vector, size_t width, RowOf row) {
  const std::byte* from = vector.raw();
  const size_t at = out_.size();
  out_.resize(at + count_ * width);
  char* to = out_.data() + at;
  for (size_t i = 0; i < count_; ++i) {
    if (vector.IsValid(row(i))) {
      std::memcpy(to + i * width, from + row(i) * width, width);
    }
  }
}

template <typename RowOf>
void RowBlockBuilder::AddStrings(const Vector& vector, size_t first,
                                 std::span<const StoredLong> longs, RowOf row) {
  const StringView* views = vector.data<StringView>();
  lengths_.resize(count_);
  uint32_t total = 0;
  for (size_t i = 0; i < count_; ++i) {
    lengths_[i] = vector.IsValid(row(i)) ? views[row(i)].size() : 0;
    total += lengths_[i];
  }
  for (const StoredLong& stored : longs) {
    uint32_t& length = lengths_[stored.row - first];
    total += static_cast<uint32_t>(sizeof(LongValue)) - length;
    length = BlockColumn::kLongMark;
  }
  out_.append(AsChars(std::as_bytes(std::span<const uint32_t>(lengths_))));
  Put(&out_, total);
  const size_t at = out_.size();
  out_.resize(at + total);
  char* to = out_.data() + at;
  for (size_t i = 0, next_long = 0; i < count_; ++i) {
    if (lengths_[i] == BlockColumn::kLongMark) {
      std::memcpy(to, &longs[next_long++].value, sizeof(LongValue));
      to += sizeof(LongValue);
    } else if (lengths_[i] != 0) {
      std::memcpy(to, views[row(i)].data(), lengths_[i]);
      to += lengths_[i];
    }
  }
}

void RowBlockBuilder::AddVector(uint32_t column, const ColumnLayout& layout, const Batch& batch,
                                size_t vector_index, size_t first,
                                std::span<const StoredLong> longs) {
  const Vector& vector = batch.column(vector_index);
  const auto listed = [&](size_t i) { return batch.RowAt(first + i); };
  const auto straight = [&](size_t i) { return first + i; };
  bool nulls = false;
  for (size_t i = 0; vector.may_have_nulls() && !nulls && i < count_; ++i) {
    nulls = !vector.IsValid(listed(i));
  }
  BeginColumn(column, layout.width, layout.variable, nulls);
  if (nulls) {
    AddNulls([&](size_t i) { return !vector.IsValid(listed(i)); });
  }
  if (!layout.variable && !nulls && !batch.has_selection()) {
    out_.append(AsChars({vector.raw() + first * layout.width, count_ * layout.width}));
  } else if (!layout.variable) {
    AddFixed(vector, layout.width, listed);
  } else if (batch.has_selection()) {
    AddStrings(vector, first, longs, listed);
  } else {
    AddStrings(vector, first, longs, straight);
  }
}

void RowBlockBuilder::AddPageStrings(const RecordPage& page, const ColumnSlice& slice,
                                     std::span<const uint16_t> slots) {
  std::string bytes;
  for (const uint16_t slot : slots) {
    const VarEntry entry = slice.Entry(slot);
    if (slice.IsNull(slot)) {
      Put(&out_, uint32_t{0});
    } else if (entry.length == VarEntry::kLong) {
      LongValue value{entry.prefix, {0, kNoPage}};
      page.Long(entry, &value.reference);
      Put(&out_, BlockColumn::kLongMark);
      Put(&bytes, value);
    } else {
      const std::string_view s = page.Bytes(entry, slice.values + slot * sizeof(VarEntry));
      Put(&out_, static_cast<uint32_t>(s.size()));
      bytes += s;
    }
  }
  Put(&out_, static_cast<uint32_t>(bytes.size()));
  out_ += bytes;
}

void RowBlockBuilder::AddSlots(uint32_t column, const RecordPage& page, const ColumnSlice& slice,
                               std::span<const uint16_t> slots) {
  const ColumnDescriptor& d = slice.descriptor;
  const bool variable = (d.flags & ColumnDescriptor::kVariable) != 0;
  BeginColumn(column, d.width, variable, slice.nulls != nullptr);
  if (slice.nulls != nullptr) {
    AddNulls([&](size_t i) { return slice.IsNull(slots[i]); });
  }
  if (variable) {
    AddPageStrings(page, slice, slots);
    return;
  }
  for (const uint16_t slot : slots) {
    out_.append(AsChars({slice.values + size_t{slot} * d.width, d.width}));
  }
}

void RowBlockBuilder::AddCell(uint32_t column, const ColumnLayout& layout, const Cell& cell) {
  assert(count_ == 1);
  BeginColumn(column, layout.width, layout.variable, cell.null);
  if (cell.null) {
    Put(&out_, uint8_t{1});
  }
  if (!layout.variable) {
    std::string value(cell.null ? std::string_view() : cell.bytes);
    value.resize(layout.width);
    out_ += value;
    return;
  }
  const std::string_view bytes = cell.null ? std::string_view() : cell.bytes;
  const auto size = static_cast<uint32_t>(bytes.size());
  Put(&out_, cell.is_long && !cell.null ? BlockColumn::kLongMark : size);
  Put(&out_, size);
  out_ += bytes;
}

bool ReadCells(const RecordPage& page, size_t slot, std::string* arena, std::vector<Cell>* cells) {
  // Two passes, since the arena moves while it grows.
  RowBlockBuilder builder;
  const auto only = static_cast<uint16_t>(slot);
  builder.BeginRun(page.header().columns, only, 1);
  for (uint32_t i = 0; i < page.header().columns; ++i) {
    ColumnSlice slice;
    if (!page.Column(i, &slice)) {
      return false;
    }
    builder.AddSlots(i, page, slice, {&only, 1});
  }
  *arena = std::move(*builder.buffer());
  RowBlock block;
  if (!block.Parse(AsBytes(*arena))) {
    return false;
  }
  *cells = block.Row(0);
  return true;
}

}  // namespace redbase::rm
