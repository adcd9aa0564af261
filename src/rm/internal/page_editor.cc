#include "rm/internal/page_editor.h"

#include <algorithm>
#include <string>

#include "rm/internal/order_key.h"

namespace redbase::rm {

namespace {

bool IsVariable(const ColumnDescriptor& d) { return (d.flags & ColumnDescriptor::kVariable) != 0; }

template <typename T>
void WidenBy(const RowBlock& block, const BlockColumn& column, ColumnDescriptor* d) {
  int64_t least = d->min;
  int64_t greatest = d->max;
  for (size_t i = 0; i < block.count(); ++i) {
    if (!column.IsNull(i)) {
      const int64_t key = OrderKey(LoadAs<T>(column.values + i * sizeof(T)));
      least = std::min(least, key);
      greatest = std::max(greatest, key);
    }
  }
  d->min = least;
  d->max = greatest;
}

// Makes min and max of a column of fixed width enclose the new values.
void Widen(const RowBlock& block, const BlockColumn& column, ColumnDescriptor* d) {
  switch (static_cast<PhysicalType>(d->physical)) {
    case PhysicalType::kBool:
      return WidenBy<uint8_t>(block, column, d);
    case PhysicalType::kInt16:
      return WidenBy<int16_t>(block, column, d);
    case PhysicalType::kInt32:
      return WidenBy<int32_t>(block, column, d);
    case PhysicalType::kInt64:
      return WidenBy<int64_t>(block, column, d);
    case PhysicalType::kFloat32:
      return WidenBy<float>(block, column, d);
    case PhysicalType::kFloat64:
      return WidenBy<double>(block, column, d);
    case PhysicalType::kInt128:
      return WidenBy<Int128>(block, column, d);
    case PhysicalType::kInterval:
      return WidenBy<Interval>(block, column, d);
    case PhysicalType::kString:
      break;
  }
  d->min = kLeastKey;
  d->max = kGreatestKey;
}

void WidenBy(int64_t least, int64_t greatest, ColumnDescriptor* d) {
  d->min = std::min(d->min, least);
  d->max = std::max(d->max, greatest);
}

// The keys that a long value, of which four bytes are known, may have.
void WidenByLong(uint32_t prefix, ColumnDescriptor* d) {
  char bytes[8];
  std::memcpy(bytes, &prefix, sizeof(prefix));
  std::memset(bytes + 4, 0, 4);
  const int64_t least = OrderKey(std::string_view(bytes, sizeof(bytes)));
  std::memset(bytes + 4, 0xFF, 4);
  WidenBy(least, OrderKey(std::string_view(bytes, sizeof(bytes))), d);
}

}  // namespace

void PageEditor::Finish() { StoreAs(bytes_.data() + kRecordHeaderAt, header_); }

void PageEditor::SetDescriptor(size_t i, const ColumnDescriptor& descriptor) {
  StoreAs(bytes_.data() + kDescriptorsAt + i * sizeof(ColumnDescriptor), descriptor);
}

void PageEditor::SetBit(size_t bitmap_at, uint16_t slot, bool value) {
  std::byte* word_at = bytes_.data() + bitmap_at + slot / 64 * 8;
  const uint64_t bit = uint64_t{1} << (slot % 64);
  const auto word = LoadAs<uint64_t>(word_at);
  StoreAs(word_at, value ? word | bit : word & ~bit);
}

bool PageEditor::Reserve(size_t bytes) {
  const size_t end = fixed_end();
  if (header_.heap_start - end >= bytes) {
    return true;
  }
  return header_.heap_start - end + header_.heap_dead >= bytes && Compact() &&
         header_.heap_start - end >= bytes;
}

// Rewrites the heap: column after column, each in slot order, then the table of
// moved records.
bool PageEditor::Compact() {
  Finish();
  const RecordPage page = view();
  std::string heap;
  heap.reserve(bytes_.size() - header_.heap_start);
  const size_t start = header_.heap_start + header_.heap_dead;
  struct Place {
    size_t entry_at;
    uint16_t offset;
  };
  std::vector<Place> places;
  for (size_t i = 0; i < header_.columns; ++i) {
    const ColumnDescriptor d = Descriptor(i);
    for (size_t slot = 0; IsVariable(d) && slot < header_.used; ++slot) {
      const size_t at = d.values + slot * sizeof(VarEntry);
      const auto entry = LoadAs<VarEntry>(bytes_.data() + at);
      const size_t length = RecordPage::HeapBytes(entry);
      if (!page.IsLive(slot) || length == 0) {
        continue;
      }
      if (!page.InPage(entry) || start + heap.size() + length > bytes_.size()) {
        return false;
      }
      places.push_back({at, static_cast<uint16_t>(start + heap.size())});
      heap += AsChars(bytes_.subspan(entry.offset, length));
    }
  }
  const size_t table = header_.moved_in * sizeof(MovedIn);
  if (start + heap.size() + table != bytes_.size()) {
    return false;
  }
  if (table != 0) {
    heap += AsChars(bytes_.subspan(header_.moved_in_table, table));
    header_.moved_in_table = static_cast<uint32_t>(bytes_.size() - table);
  }
  for (const Place& place : places) {
    StoreAs(bytes_.data() + place.entry_at + offsetof(VarEntry, offset), place.offset);
  }
  std::copy_n(AsBytes(heap).data(), heap.size(), bytes_.data() + start);
  header_.heap_start = static_cast<uint32_t>(start);
  header_.heap_dead = 0;
  return true;
}

uint16_t PageEditor::Allocate(size_t bytes) {
  header_.heap_start -= static_cast<uint32_t>(bytes);
  return static_cast<uint16_t>(header_.heap_start);
}

void PageEditor::Occupy(uint16_t slot) {
  const RecordPage page = view();
  if (((page.TakenWord(slot / 64U) >> (slot % 64)) & 1U) == 0) {
    SetBit(page.taken_at(), slot, true);
    ++header_.taken;
  }
  SetBit(page.live_at(), slot, true);
  ++header_.live;
  header_.used = std::max(header_.used, static_cast<uint16_t>(slot + 1));
}

void PageEditor::ReleaseValue(size_t column, uint16_t slot) {
  const ColumnDescriptor d = Descriptor(column);
  std::byte* at = bytes_.data() + d.values + size_t{slot} * d.width;
  if (!IsVariable(d)) {
    return;
  }
  const size_t most = bytes_.size() - header_.heap_start;
  const size_t dead = header_.heap_dead + RecordPage::HeapBytes(LoadAs<VarEntry>(at));
  header_.heap_dead = static_cast<uint32_t>(std::min(dead, most));
  StoreAs(at, VarEntry{0, 0, 0});
}

void PageEditor::ReleaseValues(uint16_t slot) {
  for (size_t i = 0; i < header_.columns; ++i) {
    const ColumnDescriptor d = Descriptor(i);
    ReleaseValue(i, slot);
    if ((d.flags & ColumnDescriptor::kMayHaveNulls) != 0) {
      SetBit(d.nulls, slot, false);
    }
  }
  if (header_.moved_in != 0) {
    RemoveMovedIn(slot);
  }
  SetBit(view().live_at(), slot, false);
  --header_.live;
}

void PageEditor::Vacate(uint16_t slot) {
  SetBit(view().taken_at(), slot, false);
  --header_.taken;
  if (header_.taken == 0) {
    Clear();
  }
}

// An empty page starts afresh: nothing of its past narrows its use.
void PageEditor::Clear() {
  header_.used = 0;
  header_.heap_start = static_cast<uint32_t>(bytes_.size());
  header_.heap_dead = 0;
  header_.moved_in_table = 0;
  for (size_t i = 0; i < header_.columns; ++i) {
    ColumnDescriptor d = Descriptor(i);
    d.flags &= static_cast<uint8_t>(~ColumnDescriptor::kMayHaveNulls);
    d.min = kGreatestKey;
    d.max = kLeastKey;
    SetDescriptor(i, d);
  }
}

void PageEditor::MakeStub(uint16_t slot, Rid target) {
  const RecordPage page = view();
  if (((page.TakenWord(slot / 64U) >> (slot % 64)) & 1U) == 0) {
    SetBit(page.taken_at(), slot, true);
    ++header_.taken;
    header_.used = std::max(header_.used, static_cast<uint16_t>(slot + 1));
  }
  for (size_t i = 0; i < header_.columns; ++i) {
    const ColumnDescriptor d = Descriptor(i);
    if (IsVariable(d)) {
      const VarEntry entry{static_cast<uint16_t>(target.slot), VarEntry::kStub,
                           static_cast<uint32_t>(target.page)};
      StoreAs(bytes_.data() + d.values + slot * sizeof(VarEntry), entry);
      return;
    }
  }
}

void PageEditor::AddMovedIn(uint16_t slot, Rid home) {
  const size_t old_bytes = header_.moved_in * sizeof(MovedIn);
  std::string table(AsChars(bytes_.subspan(header_.moved_in_table, old_bytes)));
  ByteWriter(&table).Put(MovedIn{slot, home.slot, home.page});
  header_.heap_dead += static_cast<uint32_t>(old_bytes);
  header_.moved_in_table = Allocate(table.size());
  std::copy_n(AsBytes(table).data(), table.size(), bytes_.data() + header_.moved_in_table);
  ++header_.moved_in;
}

void PageEditor::RemoveMovedIn(uint16_t slot) {
  std::byte* table = bytes_.data() + header_.moved_in_table;
  for (size_t i = 0; i < header_.moved_in; ++i) {
    if (LoadAs<MovedIn>(table + i * sizeof(MovedIn)).slot != slot) {
      continue;
    }
    --header_.moved_in;
    StoreAs(table + i * sizeof(MovedIn),
            LoadAs<MovedIn>(table + header_.moved_in * sizeof(MovedIn)));
    header_.heap_dead += static_cast<uint32_t>(sizeof(MovedIn));
    header_.moved_in_table = header_.moved_in == 0 ? 0 : header_.moved_in_table;
    return;
  }
}

void PageEditor::WriteNulls(const RowBlock& block, const BlockColumn& column, ColumnDescriptor* d) {
  const bool had_nulls = (d->flags & ColumnDescriptor::kMayHaveNulls) != 0;
  if (column.nulls == nullptr && !had_nulls) {
    return;
  }
  for (size_t i = 0; i < block.count(); ++i) {
    SetBit(d->nulls, block.Slot(i), column.IsNull(i));
  }
  d->flags |= ColumnDescriptor::kMayHaveNulls;
}

void PageEditor::WriteFixed(const RowBlock& block, const BlockColumn& column,
                            const ColumnDescriptor& d) {
  std::byte* values = bytes_.data() + d.values;
  const size_t width = d.width;
  if (block.is_run()) {
    std::copy_n(column.values, block.count() * width, values + block.Slot(0) * width);
    return;
  }
  for (size_t i = 0; i < block.count(); ++i) {
    std::memcpy(values + block.Slot(i) * width, column.values + i * width, width);
  }
}

void PageEditor::WriteStrings(const RowBlock& block, const BlockColumn& column,
                              ColumnDescriptor* d) {
  size_t total = 0;
  for (size_t i = 0; i < block.count(); ++i) {
    total += column.HeapBytes(i);
  }
  // One piece for the column, filled upwards, so that scans read it in order.
  size_t heap = Allocate(total);
  const char* from = column.bytes.data();
  std::byte* entries = bytes_.data() + d->values;
  for (size_t i = 0; i < block.count(); ++i) {
    VarEntry entry{0, 0, 0};
    const uint32_t length = column.Length(i);
    if (length == BlockColumn::kLongMark) {
      const auto value = LoadAs<LongValue>(AsBytes({from, sizeof(LongValue)}).data());
      entry = {static_cast<uint16_t>(heap), VarEntry::kLong, value.prefix};
      StoreAs(bytes_.data() + heap, value.reference);
      WidenByLong(value.prefix, d);
      heap += sizeof(LongReference);
      from += sizeof(LongValue);
    } else {
      entry.length = static_cast<uint16_t>(length);
      if (length != 0) {
        std::memcpy(&entry.prefix, from, std::min<size_t>(length, sizeof(entry.prefix)));
      }
      if (length > VarEntry::kInPrefix) {
        entry.offset = static_cast<uint16_t>(heap);
        std::memcpy(bytes_.data() + heap, from, length);
        heap += length;
      }
      if (!column.IsNull(i)) {
        const int64_t key = OrderKey(std::string_view(from, length));
        WidenBy(key, key, d);
      }
      from += length;
    }
    StoreAs(entries + block.Slot(i) * sizeof(VarEntry), entry);
  }
}

void PageEditor::WriteColumn(const RowBlock& block, const BlockColumn& column) {
  ColumnDescriptor d = Descriptor(column.column);
  WriteNulls(block, column, &d);
  if (column.variable) {
    WriteStrings(block, column, &d);
  } else {
    WriteFixed(block, column, d);
    Widen(block, column, &d);
  }
  SetDescriptor(column.column, d);
}

}  // namespace redbase::rm
