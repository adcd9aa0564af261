// RecordPage: the records of one page, their columns side by side.
//
// Page format, little-endian, offsets in bytes.  n is the number of columns, C
// the capacity in slots, W = ceil(C / 64) the words of a bitmap:
//
//   0            24            64                64+32n
//   +------------+-------------+------------------+--------------+-------------+
//   | PageHeader | RecordPage- | n Column-        | taken bitmap | live bitmap |
//   |            | Header      | Descriptors      | W u64        | W u64       |
//   +------------+-------------+------------------+--------------+-------------+
//
//   then for every column, at the offsets its descriptor names,
//   +--------------------+---------------------------------------+
//   | null bitmap, W u64 | C values of `width`, padded to 8 bytes|   1 = null
//   +--------------------+---------------------------------------+
//
//   and up to the end of the page
//   +-----+------------------------------------------------------+
//   | gap | heap: bytes of variable-length values, moved-in table |
//   +-----+------------------------------------------------------+
//         ^ heap start, grows downwards
//
// A fixed-width value lies in its slot.  A variable-length one is a VarEntry:
//
//   0        2        4          8
//   +--------+--------+----------+   length <= 4: the bytes are the prefix, zero
//   | offset | length | prefix   |   padded; longer: `offset` is where all of them
//   | u16    | u16    | 4 bytes  |   lie.  length 0xFFFF: a LongReference lies at
//   +--------+--------+----------+   `offset`.
//
// A slot is free (neither bit), live (both bits) or taken only: then it is a
// forwarding stub, or dead (no code makes dead slots yet).  The entry of a
// stub's first variable-length column has length 0xFFFE, and names where the
// record lies: prefix = page, offset = slot.  A record that lies here for a stub
// elsewhere is live and has a MovedIn entry, which names its home.
//
// Invariants, checked by Validate():
//   (1) live is a subset of taken; no bit at or past `used` is set; the counts
//       in the header are those of the bitmaps.
//   (2) Every value of a live slot lies in the heap, and no two overlap.
//   (3) heap dead + bytes of values + moved-in table = page size - heap start.
//   (4) min and max of a column enclose its values in live slots, as order keys.
//   (5) The moved-in table names distinct live slots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/rid.h"
#include "common/status.h"
#include "common/types.h"
#include "pf/page.h"

namespace redbase::rm {

inline constexpr pf::PageKind kRecordPageKind{0x0100};
inline constexpr pf::PageKind kDirectoryPageKind{0x0101};
inline constexpr pf::PageKind kOverflowPageKind{0x0102};

// Pages of record files, unless somebody asks for another size: measured in
// docs/RM.md.
inline constexpr size_t kDefaultPageSize = 65536;

inline constexpr uint32_t kRecordPageMagic = 0x50524252;  // "RBRP"
inline constexpr uint16_t kRecordPageVersion = 1;

struct RecordPageHeader {
  uint32_t magic;
  uint16_t version;
  uint16_t layout;  // version of the record layout
  uint16_t columns;
  uint16_t capacity;  // slots
  uint16_t used;      // slots from here on are free
  uint16_t taken;     // slots that are not free
  uint16_t live;      // slots that hold a record
  uint16_t moved_in;  // entries of the moved-in table
  uint32_t heap_start;
  uint32_t heap_dead;       // bytes of the heap that nothing uses
  uint32_t moved_in_table;  // its offset; 0 when it is empty
  uint64_t versions;        // reserved: where older versions are; 0
};
inline constexpr size_t kRecordHeaderAt = pf::kPageHeaderSize;
static_assert(offsetof(RecordPageHeader, version) == 4);
static_assert(offsetof(RecordPageHeader, layout) == 6);
static_assert(offsetof(RecordPageHeader, columns) == 8);
static_assert(offsetof(RecordPageHeader, capacity) == 10);
static_assert(offsetof(RecordPageHeader, used) == 12);
static_assert(offsetof(RecordPageHeader, taken) == 14);
static_assert(offsetof(RecordPageHeader, live) == 16);
static_assert(offsetof(RecordPageHeader, moved_in) == 18);
static_assert(offsetof(RecordPageHeader, heap_start) == 20);
static_assert(offsetof(RecordPageHeader, heap_dead) == 24);
static_assert(offsetof(RecordPageHeader, moved_in_table) == 28);
static_assert(offsetof(RecordPageHeader, versions) == 32);
static_assert(sizeof(RecordPageHeader) == 40);

// How the values of a column are written.  Numbers are on disk: never renumber.
enum class Encoding : uint8_t { kPlain = 0 };

struct ColumnDescriptor {
  static constexpr uint8_t kVariable = 1;      // values are VarEntries
  static constexpr uint8_t kMayHaveNulls = 2;  // else the null bitmap is zero

  uint32_t nulls;   // offset of the null bitmap
  uint32_t values;  // offset of the values
  uint16_t width;
  Encoding encoding;
  uint8_t flags;
  uint8_t physical;  // PhysicalType
  uint8_t zero[3];
  int64_t min;  // order keys (rm/internal/order_key.h); min > max: no value
  int64_t max;
};
static_assert(offsetof(ColumnDescriptor, values) == 4);
static_assert(offsetof(ColumnDescriptor, width) == 8);
static_assert(offsetof(ColumnDescriptor, encoding) == 10);
static_assert(offsetof(ColumnDescriptor, flags) == 11);
static_assert(offsetof(ColumnDescriptor, physical) == 12);
static_assert(offsetof(ColumnDescriptor, min) == 16);
static_assert(offsetof(ColumnDescriptor, max) == 24);
static_assert(sizeof(ColumnDescriptor) == 32);

inline constexpr size_t kDescriptorsAt = kRecordHeaderAt + sizeof(RecordPageHeader);
static_assert(kDescriptorsAt == 64);

struct VarEntry {
  static constexpr uint16_t kLong = 0xFFFF;
  static constexpr uint16_t kStub = 0xFFFE;
  static constexpr uint16_t kInPrefix = 4;  // bytes that need no heap

  uint16_t offset;
  uint16_t length;
  uint32_t prefix;
};
static_assert(offsetof(VarEntry, length) == 2);
static_assert(offsetof(VarEntry, prefix) == 4);
static_assert(sizeof(VarEntry) == 8);

// A value that lies in overflow pages (rm/internal/overflow.h).
struct LongReference {
  uint32_t length;
  PageNum first;

  bool operator==(const LongReference&) const = default;
};
static_assert(offsetof(LongReference, first) == 4);
static_assert(sizeof(LongReference) == 8);

// The record in `slot` of this page has its home elsewhere.
struct MovedIn {
  uint16_t slot;
  SlotNum home_slot;
  PageNum home_page;
};
static_assert(offsetof(MovedIn, home_slot) == 2);
static_assert(offsetof(MovedIn, home_page) == 4);
static_assert(sizeof(MovedIn) == 8);

// A column of one page, its place checked against the page's size.
struct ColumnSlice {
  const std::byte* values = nullptr;
  const std::byte* nulls = nullptr;  // u64 words; null when there are no nulls
  ColumnDescriptor descriptor{};

  bool IsNull(size_t slot) const {
    return nulls != nullptr && ((LoadAs<uint64_t>(nulls + slot / 64 * 8) >> (slot % 64)) & 1U) != 0;
  }
  VarEntry Entry(size_t slot) const { return LoadAs<VarEntry>(values + slot * sizeof(VarEntry)); }
};

// A view: it owns neither the bytes nor the pin.  Bytes may come from a damaged
// disk: Problem() and Column() check what they hand out, so that nobody reads
// beyond the page.
class RecordPage {
 public:
  explicit RecordPage(pf::PageView bytes)
      : bytes_(bytes), header_(LoadAs<RecordPageHeader>(bytes.data() + kRecordHeaderAt)) {}

  static bool Is(pf::PageView bytes) { return pf::ReadPageHeader(bytes).kind == kRecordPageKind; }

  // What is wrong with the header; null when the other functions may be used.
  const char* Problem(size_t columns) const;
  // kCorruption unless invariants (1) to (5) hold.
  Status Validate(size_t columns) const;

  pf::PageView bytes() const { return bytes_; }
  const RecordPageHeader& header() const { return header_; }
  PageNum number() const { return pf::ReadPageHeader(bytes_).page_num; }
  size_t words() const { return (header_.capacity + size_t{63}) / 64; }
  uint64_t TakenWord(size_t i) const {
    return LoadAs<uint64_t>(bytes_.data() + taken_at() + i * 8);
  }
  uint64_t LiveWord(size_t i) const { return LoadAs<uint64_t>(bytes_.data() + live_at() + i * 8); }
  bool IsTaken(size_t slot) const {
    return slot < header_.used && ((TakenWord(slot / 64) >> (slot % 64)) & 1U) != 0;
  }
  bool IsLive(size_t slot) const {
    return IsTaken(slot) && ((LiveWord(slot / 64) >> (slot % 64)) & 1U) != 0;
  }

  // False when the descriptor is not that of a column inside this page.
  bool Column(size_t i, ColumnSlice* out) const;
  // Bytes of `entry`, which is neither null, long nor a stub; what it names
  // beyond the page is cut off.  `slot_entry` is where the entry lies.
  std::string_view Bytes(const VarEntry& entry, const std::byte* slot_entry) const;
  // False when it lies outside the page.
  bool Long(const VarEntry& entry, LongReference* out) const;
  bool InPage(const VarEntry& entry) const {
    return size_t{entry.offset} + HeapBytes(entry) <= bytes_.size();
  }
  // Bytes of the heap that the entry of a live slot holds.
  static size_t HeapBytes(const VarEntry& entry) {
    return entry.length == VarEntry::kLong       ? sizeof(LongReference)
           : entry.length <= VarEntry::kInPrefix ? 0
                                                 : entry.length;
  }

  // Where the record of a stub lies; false when the slot is no stub.
  bool StubTarget(size_t slot, Rid* out) const;
  MovedIn MovedInEntry(size_t i) const {
    return LoadAs<MovedIn>(bytes_.data() + header_.moved_in_table + i * sizeof(MovedIn));
  }
  // The home of a live slot: its own RID unless it was moved in.
  Rid HomeOf(size_t slot) const;
  bool IsMovedIn(size_t slot) const;

  // Bytes before the heap's gap; bytes that compaction would make available.
  size_t fixed_end() const;
  size_t heap_room() const { return header_.heap_start - fixed_end() + header_.heap_dead; }
  size_t free_slots() const { return size_t{header_.capacity} - header_.taken; }

  size_t taken_at() const { return kDescriptorsAt + header_.columns * sizeof(ColumnDescriptor); }
  size_t live_at() const { return taken_at() + words() * 8; }
  ColumnDescriptor Descriptor(size_t i) const {
    return LoadAs<ColumnDescriptor>(bytes_.data() + kDescriptorsAt + i * sizeof(ColumnDescriptor));
  }

 private:
  pf::PageView bytes_;
  RecordPageHeader header_;
};

}  // namespace redbase::rm
