// TreePage: the pages of a B+ tree: one that describes the tree, and nodes.
//
// An entry is one byte string.  In a leaf it is an encoded key followed by the
// RID, 6 bytes big-endian, so that entries sort by key and then RID, and no two
// are equal.  In an inner node it is a separator, cut as short as it can be,
// with the number of a child page.
//
// A node holds entries between two fences, low <= entry < high; an empty fence
// is an open end.  What both fences begin with, all entries do: this prefix is
// not stored with them.  What follows it lies in the entry's slot, zero padded:
// four bytes as a number, the head, then eight more, or in an inner node four
// more and the child.  Only what is longer goes on in the heap, as the rest.
//
// Node page, little-endian, offsets in bytes:
//
//   0      24                     48         176         176 + 16 * count
//   +------+----------------------+----------+-----------+-----+------------+
//   | page | node header          | hints    | slots ->  | gap |    <- heap |
//   | hdr  | (below)              | 32 x u32 | 16 B each |     |            |
//   +------+----------------------+----------+-----------+-----+------------+
//
//   24      26      28       30       32        34       36        38     40     44
//   +-------+-------+--------+--------+---------+--------+---------+------+------+------+
//   | level | count | prefix | low    | high    | low    | high    | zero | heap | heap |
//   |       |       | length | length | length  | offset | offset  |      | begin| holes|
//   | u16   | u16   | u16    | u16    | u16     | u16    | u16     | u16  | u32  | u32  |
//   +-------+-------+--------+--------+---------+--------+---------+------+------+------+
//
//   0        2        4      8              16
//   +--------+--------+------+--------------+
//   | offset | length | head | more         |   slot of a leaf
//   | u16    | u16    | u32  | 8 B          |
//   +--------+--------+------+------+-------+
//   | offset | length | head | more | child |   slot of an inner node
//   | u16    | u16    | u32  | 4 B  | u32   |
//   +--------+--------+------+------+-------+
//
// Length counts all bytes after the prefix; offset is that of the rest in the
// page.  Heap: the fences and the rests.
//
// Level 0 is the leaves.  The first separator of an inner node is empty: its
// child holds what begins at the node's own low fence.  The hints are the heads
// of the slots at 1/33, 2/33 ... of the count, for nodes with more than 64.
//
// Invariants, checked by NodeView::Check():
//   (1) entries ascend strictly and lie between the fences;
//   (2) the prefix is all that the fences have in common, nothing when one is open;
//   (3) fences and rests lie in the heap, and with the holes fill it;
//   (4) hints are the heads of the entries.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/rid.h"
#include "pf/page.h"

namespace redbase::ix {

inline constexpr pf::PageKind kTreeMetaPage{0x0200};
inline constexpr pf::PageKind kTreeNodePage{0x0201};

// Both never move.
inline constexpr PageNum kMetaPageNum{1};
inline constexpr PageNum kRootPageNum{2};

inline constexpr size_t kRidBytes = 6;
inline constexpr size_t kHints = 32;

struct NodeHeader {
  uint16_t level;
  uint16_t count;
  uint16_t prefix_length;
  uint16_t low_length;
  uint16_t high_length;
  uint16_t low_offset;
  uint16_t high_offset;
  uint16_t zero;
  uint32_t heap_begin;
  uint32_t heap_holes;
};
static_assert(offsetof(NodeHeader, count) == 2);
static_assert(offsetof(NodeHeader, prefix_length) == 4);
static_assert(offsetof(NodeHeader, low_length) == 6);
static_assert(offsetof(NodeHeader, high_length) == 8);
static_assert(offsetof(NodeHeader, low_offset) == 10);
static_assert(offsetof(NodeHeader, high_offset) == 12);
static_assert(offsetof(NodeHeader, heap_begin) == 16);
static_assert(offsetof(NodeHeader, heap_holes) == 20);
static_assert(sizeof(NodeHeader) == 24);

struct NodeSlot {
  uint16_t offset;
  uint16_t length;
  uint32_t head;
  char more[8];  // of an inner node: the last four are the child
};
static_assert(offsetof(NodeSlot, length) == 2);
static_assert(offsetof(NodeSlot, head) == 4);
static_assert(offsetof(NodeSlot, more) == 8);
static_assert(sizeof(NodeSlot) == 16);

inline constexpr size_t kNodeHeaderOffset = pf::kPageHeaderSize;
inline constexpr size_t kHintsOffset = kNodeHeaderOffset + sizeof(NodeHeader);
inline constexpr size_t kSlotsOffset = kHintsOffset + kHints * sizeof(uint32_t);
static_assert(kHintsOffset == 48 && kSlotsOffset == 176);

// The meta page, after its PageHeader:
//
//   24      28        32       36        40        48      52           56
//   +-------+---------+--------+---------+---------+-------+------------+------------+
//   | magic | version | unique | columns | entries | nodes | zero       | columns    |
//   | "RBIX"| u32     | u32    | u32     | u64     | u32   | u32        | 8 B each   |
//   +-------+---------+--------+---------+---------+-------+------------+------------+
//
//   column: type id (u8), flags (u8; 1 descending, 2 nulls first), scale (u8),
//   zero (u8), length (u32)
//
// Entries and nodes are counted in memory and saved by Flush and Close.
struct MetaHeader {
  uint32_t magic;
  uint32_t version;
  uint32_t unique;
  uint32_t columns;
  uint64_t entries;
  uint32_t nodes;
  uint32_t unclean;  // 1: the counts no longer hold
};
static_assert(offsetof(MetaHeader, entries) == 16);
static_assert(offsetof(MetaHeader, nodes) == 24);
static_assert(offsetof(MetaHeader, unclean) == 28);
static_assert(sizeof(MetaHeader) == 32);

struct MetaColumn {
  uint8_t type;
  uint8_t flags;
  uint8_t scale;
  uint8_t zero;
  uint32_t length;
};
static_assert(offsetof(MetaColumn, scale) == 2);
static_assert(offsetof(MetaColumn, length) == 4);
static_assert(sizeof(MetaColumn) == 8);

inline constexpr uint32_t kTreeMagic = 0x58494252;  // "RBIX"
inline constexpr uint32_t kTreeVersion = 1;

// The longest entry of a node: four fit beside two fences as long, so that a
// node can always be split.
constexpr size_t MaxEntryBytes(size_t page_size) {
  return (page_size - kSlotsOffset) / 6 - sizeof(NodeSlot);
}

// Bytes after the prefix that lie in the slot.
constexpr size_t SlotBytes(bool inner) { return inner ? 8 : 12; }

// Heap bytes of an entry with `length` bytes after the prefix.
constexpr size_t HeapBytes(size_t length, bool inner) {
  return length > SlotBytes(inner) ? length - SlotBytes(inner) : 0;
}

// The first four bytes as a number that sorts as they do.
uint32_t HeadOf(std::string_view suffix);

// The slot of an entry, given its bytes after the prefix; offset is 0.
NodeSlot MakeSlot(std::string_view suffix, bool inner, PageNum child);

// The length of what both begin with.
size_t CommonPrefix(std::string_view a, std::string_view b);

// A view of a node: it owns neither the bytes nor a latch.  Every function may
// be called on any bytes, even such that change meanwhile (optimistic reads):
// then it answers nonsense, but stays within the page.
class NodeView {
 public:
  explicit NodeView(pf::PageView page)
      : page_(page.data()),
        size_(page.size()),
        header_(LoadAs<NodeHeader>(page.data() + kNodeHeaderOffset)) {}

  bool IsNode() const { return pf::ReadPageHeader(page()).kind == kTreeNodePage; }
  pf::PageView page() const { return {page_, size_}; }
  const NodeHeader& header() const { return header_; }
  uint16_t level() const { return header_.level; }
  bool is_inner() const { return header_.level > 0; }
  size_t count() const {
    return std::min<size_t>(header_.count, (size_ - kSlotsOffset) / sizeof(NodeSlot));
  }
  std::string_view low() const { return Chars(header_.low_offset, header_.low_length); }
  std::string_view high() const { return Chars(header_.high_offset, header_.high_length); }
  std::string_view prefix() const { return low().substr(0, header_.prefix_length); }
  // What is stored of an entry.
  std::string_view Suffix(std::string_view entry) const {
    return entry.substr(std::min<size_t>(header_.prefix_length, entry.size()));
  }
  // low <= entry < high.
  bool Covers(std::string_view entry) const {
    return entry >= low() && (header_.high_length == 0 || entry < high());
  }
  // low < bound <= high; an empty bound is beyond all entries.
  bool CoversBelow(std::string_view bound) const;

  struct Position {
    size_t index;
    bool equal;  // the entry there is the one looked for
  };
  // The first entry not below `entry`.  Requires: it lies between the fences,
  // or is the high one.
  Position LowerBound(std::string_view entry) const;
  // Whether the entry at `i` is `key` and a RID.
  bool HasKey(size_t i, std::string_view key) const;

  NodeSlot slot(size_t i) const {
    return LoadAs<NodeSlot>(page_ + kSlotsOffset + i * sizeof(NodeSlot));
  }
  // What of an entry lies in the heap.
  std::string_view RestOf(const NodeSlot& slot) const {
    return Chars(slot.offset, HeapBytes(slot.length, is_inner()));
  }
  // The bytes of an entry after the prefix's, appended / all of it, assigned.
  void AppendSuffix(size_t i, std::string* out) const;
  void GetEntry(size_t i, std::string* out) const;
  // Requires: a leaf.
  Rid RidAt(size_t i) const;
  // Requires: an inner node.
  PageNum ChildAt(size_t i) const;
  // Index of the child with the entries from `entry` on / just below `bound`.
  size_t ChildFor(std::string_view entry) const;
  size_t ChildBelow(std::string_view bound) const;

  size_t capacity() const { return size_ - kSlotsOffset; }
  // Between slots and heap / the same and the holes.
  size_t GapBytes() const;
  size_t FreeBytes() const;
  // Bytes taken by slots, rests and children; fences and holes are not counted.
  size_t EntryBytes() const;
  // Room for one more entry, given its bytes after the prefix.
  bool HasRoom(size_t suffix_length) const { return Need(suffix_length) <= FreeBytes(); }
  bool NeedsCompaction(size_t suffix_length) const { return Need(suffix_length) > GapBytes(); }

  // Null, or which invariant does not hold.  CheckHeader looks at the header
  // only: of what it passes, an op changes nothing outside the page, and fails
  // only when it has to move the heap together.
  const char* CheckHeader() const;
  const char* Check() const;

 private:
  std::string_view Chars(size_t offset, size_t length) const {
    return offset + length <= size_ ? AsChars({page_ + offset, length}) : std::string_view{};
  }
  uint32_t HeadAt(size_t i) const {
    return LoadAs<uint32_t>(page_ + kSlotsOffset + i * sizeof(NodeSlot) + offsetof(NodeSlot, head));
  }
  size_t Need(size_t suffix_length) const {
    return sizeof(NodeSlot) + HeapBytes(suffix_length, is_inner());
  }
  void Prefetch(size_t i) const { __builtin_prefetch(page_ + kSlotsOffset + i * sizeof(NodeSlot)); }
  size_t FirstNotBelow(uint32_t head) const;
  Position LowerBoundFrom(size_t first, std::string_view suffix) const;
  // Order of two entries with equal heads, one given by its slot and rest.
  int CompareTail(const NodeSlot& at, const NodeSlot& slot, std::string_view rest) const;
  const char* CheckHeap() const;
  const char* CheckEntry(size_t i) const;
  const char* CheckEntries() const;
  const char* CheckFences() const;

  const std::byte* page_;
  size_t size_;
  NodeHeader header_;
};

}  // namespace redbase::ix
