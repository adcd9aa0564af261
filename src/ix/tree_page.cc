#include "ix/tree_page.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace redbase::ix {

namespace {

static_assert(std::endian::native == std::endian::little);

uint32_t LoadBigEndian32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof(v));
  return __builtin_bswap32(v);
}

uint64_t LoadBigEndian64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof(v));
  return __builtin_bswap64(v);
}

// Up to eight bytes, zeros appended.
uint64_t LoadPadded(const char* p, size_t n) {
  if (n >= 8) {
    return LoadBigEndian64(p);
  }
  if (n >= 4) {  // the two halves overlap
    return (uint64_t{LoadBigEndian32(p)} << 32) |
           (uint64_t{LoadBigEndian32(p + n - 4)} << (8 * (8 - n)));
  }
  uint64_t v = 0;
  for (size_t i = 0; i < n; ++i) {
    v |= uint64_t{static_cast<uint8_t>(p[i])} << (56 - 8 * i);
  }
  return v;
}

// Bytes of the slot as a number that sorts as they do; no child in it.
uint64_t MoreOf(const NodeSlot& slot, bool inner) {
  return inner ? LoadBigEndian32(slot.more) : LoadBigEndian64(slot.more);
}

// The first `count` bytes of eight, most significant first.
uint64_t MaskOf(size_t count) {
  return count == 0 ? 0 : ~uint64_t{0} << (8 * (sizeof(uint64_t) - std::min<size_t>(count, 8)));
}

constexpr uint64_t kRidMask = (uint64_t{1} << (8 * kRidBytes)) - 1;

}  // namespace

uint32_t HeadOf(std::string_view suffix) {
  return suffix.size() >= 4 ? LoadBigEndian32(suffix.data())
                            : static_cast<uint32_t>(LoadPadded(suffix.data(), suffix.size()) >> 32);
}

NodeSlot MakeSlot(std::string_view suffix, bool inner, PageNum child) {
  NodeSlot slot;
  slot.offset = 0;
  slot.length = static_cast<uint16_t>(suffix.size());
  slot.head = HeadOf(suffix);
  const size_t after = suffix.size() > 4 ? suffix.size() - 4 : 0;
  const uint64_t more =
      __builtin_bswap64(LoadPadded(suffix.data() + 4, std::min<size_t>(after, inner ? 4 : 8)));
  std::memcpy(slot.more, &more, sizeof(more));
  if (inner) {
    std::memcpy(slot.more + 4, &child, sizeof(child));
  }
  return slot;
}

size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t n = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + n, b.begin()).first - a.begin());
}

bool NodeView::CoversBelow(std::string_view bound) const {
  if (bound.empty() || header_.high_length == 0) {
    return header_.high_length == 0 && (bound.empty() || bound > low());
  }
  return bound > low() && bound <= high();
}

// The first slot whose head is not below `head`.  The hints leave one slot in
// 33; a few slots are looked at all at once, since waiting for memory
// costs more than comparing.
size_t NodeView::FirstNotBelow(uint32_t head) const {
  constexpr size_t kFewSlots = 8;
  size_t first = 0;
  size_t n = count();
  if (n > 2 * kHints) {
    const size_t distance = n / (kHints + 1);
    uint32_t hints[kHints];
    std::memcpy(hints, page_ + kHintsOffset, sizeof(hints));
    uint32_t below = 0;
    for (const uint32_t hint : hints) {
      below += hint < head ? 1 : 0;
    }
    first = below == 0 ? 0 : below * distance + 1;
    n = (below == kHints ? n : (below + 1) * distance) - first;
    Prefetch(first);
    Prefetch(first + n / 2);
    Prefetch(first + n);
  }
  while (n > kFewSlots) {
    const size_t half = n / 2;
    first += HeadAt(first + half - 1) < head ? half : 0;
    n -= half;
  }
  size_t below = 0;
  for (size_t i = 0; i < n; ++i) {
    below += HeadAt(first + i) < head ? 1 : 0;
  }
  return first + below;
}

// Zeros appended, the shorter of two may look like the longer.
int NodeView::CompareTail(const NodeSlot& at, const NodeSlot& slot, std::string_view rest) const {
  const uint64_t a = MoreOf(at, is_inner());
  const uint64_t b = MoreOf(slot, is_inner());
  if (a != b) {
    return a < b ? -1 : 1;
  }
  if (at.length > SlotBytes(is_inner()) && !rest.empty()) {
    return RestOf(at).compare(rest);
  }
  return at.length < slot.length ? -1 : (at.length > slot.length ? 1 : 0);
}

NodeView::Position NodeView::LowerBound(std::string_view entry) const {
  const std::string_view suffix = Suffix(entry);
  const uint32_t head = HeadOf(suffix);
  const size_t first = FirstNotBelow(head);
  if (first == count() || HeadAt(first) != head) {
    return {first, false};
  }
  return LowerBoundFrom(first, suffix);
}

// Of entries with the head of `suffix`, the first of them at `first`.  Most
// often there is one; strides grow while more have it.
NodeView::Position NodeView::LowerBoundFrom(size_t first, std::string_view suffix) const {
  const NodeSlot wanted = MakeSlot(suffix, is_inner(), kNoPage);
  const std::string_view rest = suffix.substr(std::min(suffix.size(), SlotBytes(is_inner())));
  size_t end = count();
  while (first < end) {
    const NodeSlot at = slot(first);
    const int order = at.head == wanted.head ? CompareTail(at, wanted, rest) : 1;
    if (order >= 0) {
      return {first, order == 0};
    }
    ++first;
    for (size_t step = 1; first + step < end; step *= 2) {
      const NodeSlot probe = slot(first + step);
      if (probe.head != wanted.head || CompareTail(probe, wanted, rest) >= 0) {
        end = first + step + 1;
        break;
      }
      first += step + 1;
    }
  }
  return {first, false};
}

bool NodeView::HasKey(size_t i, std::string_view key) const {
  const NodeSlot at = slot(i);
  if (header_.prefix_length + size_t{at.length} != key.size() + kRidBytes) {
    return false;
  }
  const std::string_view suffix = Suffix(key);
  const NodeSlot wanted = MakeSlot(suffix, /*inner=*/false, kNoPage);
  const size_t in_more = suffix.size() > 4 ? suffix.size() - 4 : 0;
  if (((at.head ^ wanted.head) & (MaskOf(std::min<size_t>(suffix.size(), 4)) >> 32)) != 0 ||
      ((MoreOf(at, false) ^ MoreOf(wanted, false)) & MaskOf(in_more)) != 0) {
    return false;
  }
  const size_t in_rest = HeapBytes(suffix.size(), false);
  return in_rest == 0 || RestOf(at).substr(0, in_rest) == suffix.substr(SlotBytes(false));
}

void NodeView::AppendSuffix(size_t i, std::string* out) const {
  const NodeSlot at = slot(i);
  char bytes[12];
  const uint32_t head = __builtin_bswap32(at.head);
  std::memcpy(bytes, &head, sizeof(head));
  std::memcpy(bytes + sizeof(head), at.more, sizeof(at.more));
  out->append(bytes, std::min<size_t>(at.length, SlotBytes(is_inner())));
  if (at.length > SlotBytes(is_inner())) {
    out->append(RestOf(at));
  }
}

void NodeView::GetEntry(size_t i, std::string* out) const {
  out->assign(prefix());
  AppendSuffix(i, out);
}

// The last six bytes, wherever they lie.
Rid NodeView::RidAt(size_t i) const {
  const NodeSlot at = slot(i);
  const uint64_t more = MoreOf(at, false);
  const size_t length = at.length;
  if (length >= kRidBytes && length <= SlotBytes(false)) {
    const size_t after = 8 * (SlotBytes(false) - length);
    const uint64_t from_head = after == 0 ? 0 : uint64_t{at.head} << (64 - after);
    return UnpackRid(((more >> after) | from_head) & kRidMask);
  }
  const std::string_view rest = RestOf(at);
  if (rest.size() >= kRidBytes) {
    const char* p = rest.data() + rest.size() - kRidBytes;
    return UnpackRid((uint64_t{LoadBigEndian32(p)} << 16) | (LoadBigEndian32(p + 2) & 0xFFFF));
  }
  std::string last(prefix());
  AppendSuffix(i, &last);
  uint64_t packed = 0;
  for (const char c :
       std::string_view{last}.substr(last.size() - std::min(last.size(), kRidBytes))) {
    packed = (packed << 8) | static_cast<uint8_t>(c);
  }
  return UnpackRid(packed);
}

PageNum NodeView::ChildAt(size_t i) const {
  return LoadAs<PageNum>(page_ + kSlotsOffset + i * sizeof(NodeSlot) + 12);
}

size_t NodeView::ChildFor(std::string_view entry) const {
  const Position at = LowerBound(entry);
  return at.equal || at.index == 0 ? at.index : at.index - 1;
}

size_t NodeView::ChildBelow(std::string_view bound) const {
  const size_t above = bound.empty() ? count() : LowerBound(bound).index;
  return above == 0 ? 0 : above - 1;
}

size_t NodeView::GapBytes() const {
  const size_t slots_end = kSlotsOffset + count() * sizeof(NodeSlot);
  return header_.heap_begin < slots_end ? 0 : header_.heap_begin - slots_end;
}

size_t NodeView::FreeBytes() const { return GapBytes() + header_.heap_holes; }

size_t NodeView::EntryBytes() const {
  const size_t used = FreeBytes() + size_t{header_.low_length} + header_.high_length;
  return used > capacity() ? 0 : capacity() - used;
}

const char* NodeView::CheckHeader() const {
  if (!IsNode()) {
    return "is no node of a B+ tree";
  }
  const size_t slots_end = kSlotsOffset + header_.count * sizeof(NodeSlot);
  if (slots_end > header_.heap_begin || header_.heap_begin > size_) {
    return "has overlapping slots and heap";
  }
  const size_t fences = size_t{header_.low_length} + header_.high_length;
  if (header_.heap_holes + fences > size_ - header_.heap_begin) {
    return "has more holes than heap";
  }
  if (header_.low_offset + size_t{header_.low_length} > size_ ||
      header_.high_offset + size_t{header_.high_length} > size_) {
    return "has a fence outside of the page";
  }
  return header_.prefix_length <= header_.low_length ? nullptr : "has a wrong prefix";
}

const char* NodeView::Check() const {
  if (const char* problem = CheckHeader()) {
    return problem;
  }
  const size_t common = header_.high_length == 0 ? 0 : CommonPrefix(low(), high());
  if (header_.prefix_length != common) {
    return "has a wrong prefix";
  }
  if (is_inner() && (count() == 0 || slot(0).length != 0)) {
    return "is an inner node without a first child";
  }
  if (const char* problem = CheckHeap()) {
    return problem;
  }
  const size_t distance = count() / (kHints + 1);
  for (size_t i = 0; i < kHints && count() > 2 * kHints; ++i) {
    if (LoadAs<uint32_t>(page_ + kHintsOffset + i * sizeof(uint32_t)) !=
        HeadAt((i + 1) * distance)) {
      return "has a wrong hint";
    }
  }
  return CheckEntries();
}

const char* NodeView::CheckHeap() const {
  size_t heap = size_t{header_.low_length} + header_.high_length + header_.heap_holes;
  for (size_t i = 0; i < count(); ++i) {
    const NodeSlot at = slot(i);
    const size_t bytes = HeapBytes(at.length, is_inner());
    if (bytes > 0 && (at.offset < header_.heap_begin || at.offset + bytes > size_)) {
      return "has an entry outside of its heap";
    }
    heap += bytes;
  }
  return heap == size_ - header_.heap_begin ? nullptr : "has a heap that its entries do not fill";
}

const char* NodeView::CheckEntry(size_t i) const {
  const NodeSlot at = slot(i);
  const bool fills_slot = at.length >= SlotBytes(is_inner());
  const uint64_t padding = fills_slot ? 0 : ~MaskOf(at.length < 4 ? 0 : at.length - 4);
  const uint64_t more = is_inner() ? MoreOf(at, true) << 32 : MoreOf(at, false);
  if ((more & padding) != 0) {
    return "has bytes after the end of an entry";
  }
  if (!is_inner() && header_.prefix_length + size_t{at.length} < kRidBytes) {
    return "has an entry without a RID";
  }
  if (i == 0) {
    return nullptr;
  }
  const NodeSlot before = slot(i - 1);
  const bool ascends =
      before.head < at.head || (before.head == at.head && CompareTail(before, at, RestOf(at)) < 0);
  return ascends ? nullptr : "has entries out of order";
}

const char* NodeView::CheckEntries() const {
  // The first separator stands for the low fence.
  for (size_t i = is_inner() ? 1 : 0; i < count(); ++i) {
    if (const char* problem = CheckEntry(i)) {
      return problem;
    }
  }
  return CheckFences();
}

const char* NodeView::CheckFences() const {
  const size_t first = is_inner() ? 1 : 0;
  if (count() <= first) {
    return nullptr;
  }
  std::string entry;
  GetEntry(first, &entry);
  if (entry < low() || (is_inner() && entry == low())) {
    return "has an entry below its low fence";
  }
  GetEntry(count() - 1, &entry);
  const bool below_high = header_.high_length == 0 || entry < high();
  return below_high ? nullptr : "has an entry beyond its high fence";
}

}  // namespace redbase::ix
