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

}  // namespace

uint32_t HeadOf(std::string_view suffix) {
  if (suffix.size() >= kHeadBytes) {
    return LoadBigEndian32(suffix.data());
  }
  uint32_t head = 0;
  for (size_t i = 0; i < suffix.size(); ++i) {
    head |= uint32_t{static_cast<uint8_t>(suffix[i])} << (24 - 8 * i);
  }
  return head;
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

// The first slot whose head is not below `head`.  The hints leave a seventeenth
// of the slots; there a binary search without branches that depend on the keys.
size_t NodeView::FirstNotBelow(uint32_t head) const {
  size_t first = 0;
  size_t n = count();
  if (n > 2 * kHints) {
    const size_t distance = n / (kHints + 1);
    uint32_t hints[kHints];
    std::memcpy(hints, page_ + kHintsOffset, sizeof(hints));
    size_t below = 0;
    for (const uint32_t hint : hints) {
      below += hint < head ? 1 : 0;
    }
    first = below == 0 ? 0 : below * distance + 1;
    n = (below == kHints ? n : (below + 1) * distance) - first;
  }
  while (n > 1) {
    const size_t half = n / 2;
    first += HeadAt(first + half - 1) < head ? half : 0;
    n -= half;
  }
  return first + (n == 1 && HeadAt(first) < head ? 1 : 0);
}

// Order of two entries with equal heads.
int NodeView::CompareTail(NodeSlot slot, std::string_view suffix) const {
  if (slot.length > kHeadBytes && suffix.size() > kHeadBytes) {
    return RestOf(slot).compare(suffix.substr(kHeadBytes));
  }
  // The head is all of the shorter one, zeros appended.
  return slot.length < suffix.size() ? -1 : (slot.length > suffix.size() ? 1 : 0);
}

NodeView::Position NodeView::LowerBound(std::string_view entry) const {
  const std::string_view suffix = Suffix(entry);
  const uint32_t head = HeadOf(suffix);
  size_t first = FirstNotBelow(head);
  size_t end = count();
  // Most often one entry at most has this head; strides grow while more have.
  while (first < end) {
    const NodeSlot at = slot(first);
    const int order = at.head == head ? CompareTail(at, suffix) : 1;
    if (order >= 0) {
      return {first, order == 0};
    }
    ++first;
    for (size_t step = 1; first + step < end; step *= 2) {
      const NodeSlot probe = slot(first + step);
      if (probe.head != head || CompareTail(probe, suffix) >= 0) {
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
  if (suffix.size() >= kHeadBytes) {
    return at.head == HeadOf(suffix) &&
           RestOf(at).substr(0, suffix.size() - kHeadBytes) == suffix.substr(kHeadBytes);
  }
  const size_t spare = 8 * (kHeadBytes - suffix.size());  // bits of the RID in the head
  return spare == 32 || (at.head ^ HeadOf(suffix)) >> spare == 0;
}

void NodeView::AppendSuffix(size_t i, std::string* out) const {
  const NodeSlot at = slot(i);
  for (size_t b = 0; b < kHeadBytes && b < at.length; ++b) {
    out->push_back(static_cast<char>(at.head >> (24 - 8 * b)));
  }
  out->append(RestOf(at));
}

void NodeView::GetEntry(size_t i, std::string* out) const {
  out->assign(prefix());
  AppendSuffix(i, out);
}

Rid NodeView::RidAt(size_t i) const {
  const NodeSlot at = slot(i);
  const std::string_view rest = RestOf(at);
  if (rest.size() >= kRidBytes) {
    const char* p = rest.data() + rest.size() - kRidBytes;
    uint16_t slot_num;
    std::memcpy(&slot_num, p + 4, sizeof(slot_num));
    return {PageNum{LoadBigEndian32(p)}, SlotNum{__builtin_bswap16(slot_num)}};
  }
  // Some of its bytes are in the head, or even in the prefix.
  uint64_t packed = 0;
  if (at.length < kRidBytes) {
    const std::string_view whole = prefix();
    for (const char c : whole.substr(whole.size() - std::min(whole.size(), kRidBytes))) {
      packed = (packed << 8) | static_cast<uint8_t>(c);
    }
  }
  for (size_t b = 0; b < kHeadBytes && b < at.length; ++b) {
    packed = (packed << 8) | ((at.head >> (24 - 8 * b)) & 0xFF);
  }
  for (const char c : rest) {
    packed = (packed << 8) | static_cast<uint8_t>(c);
  }
  return UnpackRid(packed & 0xFFFFFFFFFFFF);
}

PageNum NodeView::ChildAt(size_t i) const {
  const NodeSlot at = slot(i);
  const std::string_view child = Chars(at.offset + HeapBytes(at.length, false), sizeof(uint32_t));
  return child.empty() ? kNoPage : PageNum{LoadAs<uint32_t>(AsBytes(child).data())};
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

const char* NodeView::CheckEntries() const {
  std::string before(low());
  std::string entry;
  for (size_t i = 0; i < count(); ++i) {
    GetEntry(i, &entry);
    if (slot(i).head != HeadOf(Suffix(entry))) {
      return "has a wrong head";
    }
    if (is_inner() && i == 0) {
      continue;  // stands for the low fence
    }
    if (!is_inner() && entry.size() < kRidBytes) {
      return "has an entry without a RID";
    }
    const bool may_equal = !is_inner() && i == 0;
    if (entry < before || (entry == before && !may_equal)) {
      return "has entries out of order";
    }
    std::swap(entry, before);
  }
  const bool last_below_high = header_.high_length == 0 || before < high();
  return last_below_high ? nullptr : "has an entry beyond its high fence";
}

}  // namespace redbase::ix
