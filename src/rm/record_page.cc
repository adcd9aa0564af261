#include "rm/record_page.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "rm/internal/order_key.h"

namespace redbase::rm {

namespace {

Status Damaged(const std::string& what) { return {Code::kCorruption, what}; }

std::string InColumn(size_t column, const char* what) {
  return "column " + std::to_string(column) + ": " + what;
}

size_t CountBits(const RecordPage& page, bool live) {
  size_t count = 0;
  for (size_t i = 0; i < page.words(); ++i) {
    count += static_cast<size_t>(std::popcount(live ? page.LiveWord(i) : page.TakenWord(i)));
  }
  return count;
}

// Invariant (1).
Status ValidateSlots(const RecordPage& page) {
  const RecordPageHeader& header = page.header();
  for (size_t i = 0; i < page.words(); ++i) {
    if ((page.LiveWord(i) & ~page.TakenWord(i)) != 0) {
      return Damaged("a slot is live but not taken");
    }
    const size_t below = std::min<size_t>(header.used - std::min<size_t>(header.used, i * 64), 64);
    const uint64_t may = below == 64 ? ~uint64_t{0} : (uint64_t{1} << below) - 1;
    if ((page.TakenWord(i) & ~may) != 0) {
      return Damaged("a slot is taken that was never used");
    }
  }
  if (CountBits(page, false) != header.taken || CountBits(page, true) != header.live) {
    return Damaged("the counts of slots are wrong");
  }
  return {};
}

using Extent = std::pair<size_t, size_t>;  // offset, length

// Invariant (5); adds the table to `extents`.
Status ValidateMovedIn(const RecordPage& page, std::vector<Extent>* extents) {
  const RecordPageHeader& header = page.header();
  if (header.moved_in != 0) {
    extents->emplace_back(header.moved_in_table, header.moved_in * sizeof(MovedIn));
  }
  std::vector<uint16_t> slots;
  for (size_t i = 0; i < header.moved_in; ++i) {
    const MovedIn entry = page.MovedInEntry(i);
    slots.push_back(entry.slot);
    if (!page.IsLive(entry.slot)) {
      return Damaged("the moved-in table names a slot without a record");
    }
  }
  std::sort(slots.begin(), slots.end());
  if (std::adjacent_find(slots.begin(), slots.end()) != slots.end()) {
    return Damaged("the moved-in table names a slot twice");
  }
  return {};
}

int64_t KeyOf(const RecordPage& page, const ColumnSlice& slice, size_t slot) {
  const std::byte* at = slice.values + slot * slice.descriptor.width;
  switch (static_cast<PhysicalType>(slice.descriptor.physical)) {
    case PhysicalType::kBool:
      return OrderKey(LoadAs<uint8_t>(at));
    case PhysicalType::kInt16:
      return OrderKey(LoadAs<int16_t>(at));
    case PhysicalType::kInt32:
      return OrderKey(LoadAs<int32_t>(at));
    case PhysicalType::kInt64:
      return OrderKey(LoadAs<int64_t>(at));
    case PhysicalType::kFloat32:
      return OrderKey(LoadAs<float>(at));
    case PhysicalType::kFloat64:
      return OrderKey(LoadAs<double>(at));
    case PhysicalType::kString:
      return OrderKey(page.Bytes(LoadAs<VarEntry>(at), at));
    case PhysicalType::kInt128:
      return OrderKey(LoadAs<Int128>(at));
    case PhysicalType::kInterval:
      return OrderKey(LoadAs<Interval>(at));
  }
  return slice.descriptor.min;
}

// Whether `key` is enclosed.  Of a long value only its first bytes are here.
bool Encloses(const RecordPage& page, const ColumnSlice& slice, size_t slot) {
  const ColumnDescriptor& d = slice.descriptor;
  if ((d.flags & ColumnDescriptor::kVariable) != 0 && slice.Entry(slot).length == VarEntry::kLong) {
    return true;
  }
  const int64_t key = KeyOf(page, slice, slot);
  return d.min <= key && key <= d.max;
}

// Invariants (2) and (4) for one column; adds its values to `extents`.
Status ValidateColumn(const RecordPage& page, size_t column, std::vector<Extent>* extents) {
  ColumnSlice slice;
  if (!page.Column(column, &slice)) {
    return Damaged(InColumn(column, "its descriptor is wrong"));
  }
  for (size_t slot = 0; slot < page.header().used; ++slot) {
    if (!page.IsLive(slot) || slice.IsNull(slot)) {
      continue;
    }
    if ((slice.descriptor.flags & ColumnDescriptor::kVariable) != 0) {
      const VarEntry entry = slice.Entry(slot);
      if (entry.length == VarEntry::kStub || !page.InPage(entry)) {
        return Damaged(InColumn(column, "a value lies beyond the page"));
      }
      extents->emplace_back(entry.offset, RecordPage::HeapBytes(entry));
    }
    if (!Encloses(page, slice, slot)) {
      return Damaged(InColumn(column, "a value lies outside its minimum and maximum"));
    }
  }
  return {};
}

// Invariants (2) and (3).
Status ValidateHeap(const RecordPage& page, std::vector<Extent> extents) {
  std::erase_if(extents, [](const Extent& e) { return e.second == 0; });
  std::sort(extents.begin(), extents.end());
  size_t end = page.header().heap_start;
  size_t bytes = page.header().heap_dead;
  for (const auto& [offset, length] : extents) {
    if (offset < end) {
      return Damaged("values in the heap overlap");
    }
    end = offset + length;
    bytes += length;
  }
  if (end > page.bytes().size() || bytes != page.bytes().size() - page.header().heap_start) {
    return Damaged("the count of unused heap bytes is wrong");
  }
  return {};
}

}  // namespace

const char* RecordPage::Problem(size_t columns) const {
  if (header_.magic != kRecordPageMagic || header_.version != kRecordPageVersion) {
    return "is no record page of this version";
  }
  if (header_.columns != columns || columns == 0) {
    return "has another number of columns";
  }
  const size_t size = bytes_.size();
  if (header_.capacity == 0 || header_.used > header_.capacity || header_.taken > header_.used ||
      header_.live > header_.taken || live_at() + words() * 8 > size) {
    return "has impossible counts of slots";
  }
  if (fixed_end() > size || header_.heap_start < fixed_end() || header_.heap_start > size ||
      header_.heap_dead > size - header_.heap_start) {
    return "has an impossible heap";
  }
  if (header_.moved_in != 0 &&
      (header_.moved_in_table < header_.heap_start ||
       header_.moved_in_table + header_.moved_in * sizeof(MovedIn) > size)) {
    return "has an impossible table of moved records";
  }
  return nullptr;
}

Status RecordPage::Validate(size_t columns) const {
  if (const char* problem = Problem(columns); problem != nullptr) {
    return Damaged(problem);
  }
  RETURN_IF_ERROR(ValidateSlots(*this));
  std::vector<Extent> extents;
  RETURN_IF_ERROR(ValidateMovedIn(*this, &extents));
  for (size_t i = 0; i < columns; ++i) {
    RETURN_IF_ERROR(ValidateColumn(*this, i, &extents));
  }
  return ValidateHeap(*this, std::move(extents));
}

bool RecordPage::Column(size_t i, ColumnSlice* out) const {
  const ColumnDescriptor d = Descriptor(i);
  const size_t size = bytes_.size();
  const bool variable = (d.flags & ColumnDescriptor::kVariable) != 0;
  if (d.encoding != Encoding::kPlain || d.values > size || d.nulls > size || d.width > 16 ||
      size_t{d.values} + size_t{d.width} * header_.capacity > size ||
      d.nulls + words() * 8 > d.values || (variable && d.width != sizeof(VarEntry))) {
    return false;
  }
  const bool nulls = (d.flags & ColumnDescriptor::kMayHaveNulls) != 0;
  *out = {bytes_.data() + d.values, nulls ? bytes_.data() + d.nulls : nullptr, d};
  return true;
}

std::string_view RecordPage::Bytes(const VarEntry& entry, const std::byte* slot_entry) const {
  if (entry.length <= VarEntry::kInPrefix) {
    return AsChars({slot_entry + offsetof(VarEntry, prefix), entry.length});
  }
  const size_t offset = entry.offset;
  const size_t length = std::min<size_t>(entry.length, bytes_.size() - offset % bytes_.size());
  return AsChars({bytes_.data() + offset % bytes_.size(), length});
}

bool RecordPage::Long(const VarEntry& entry, LongReference* out) const {
  if (size_t{entry.offset} + sizeof(LongReference) > bytes_.size()) {
    return false;
  }
  *out = LoadAs<LongReference>(bytes_.data() + entry.offset);
  return true;
}

bool RecordPage::StubTarget(size_t slot, Rid* out) const {
  if (!IsTaken(slot) || IsLive(slot)) {
    return false;
  }
  for (size_t i = 0; i < header_.columns; ++i) {
    ColumnSlice slice;
    if (!Column(i, &slice) || (slice.descriptor.flags & ColumnDescriptor::kVariable) == 0) {
      continue;
    }
    const VarEntry entry = slice.Entry(slot);
    *out = {PageNum{entry.prefix}, SlotNum{entry.offset}};
    return entry.length == VarEntry::kStub;
  }
  return false;
}

bool RecordPage::IsMovedIn(size_t slot) const {
  for (size_t i = 0; i < header_.moved_in; ++i) {
    if (MovedInEntry(i).slot == slot) {
      return true;
    }
  }
  return false;
}

Rid RecordPage::HomeOf(size_t slot) const {
  for (size_t i = 0; i < header_.moved_in; ++i) {
    const MovedIn entry = MovedInEntry(i);
    if (entry.slot == slot) {
      return {entry.home_page, entry.home_slot};
    }
  }
  return {number(), SlotNum{static_cast<uint16_t>(slot)}};
}

size_t RecordPage::fixed_end() const {
  // Columns lie in their order: the last one ends the fixed part.
  const ColumnDescriptor last = Descriptor(header_.columns - size_t{1});
  return last.values + (size_t{last.width} * header_.capacity + 7) / 8 * 8;
}

}  // namespace redbase::rm
