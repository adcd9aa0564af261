#include "rm/internal/page_gather.h"

#include <algorithm>
#include <array>
#include <string>

#include "rm/internal/overflow.h"

namespace redbase::rm {

namespace {

template <size_t kWidth>
void CopyListed(const std::byte* from, std::span<const uint16_t> slots, std::byte* to) {
  for (size_t i = 0; i < slots.size(); ++i) {
    std::memcpy(to + i * kWidth, from + slots[i] * kWidth, kWidth);
  }
}

void CopyFixed(const ColumnSlice& slice, std::span<const uint16_t> slots, size_t at, Vector* out) {
  const size_t width = slice.descriptor.width;
  std::byte* to = out->raw() + at * width;
  if (size_t{slots.back()} - slots.front() == slots.size() - 1) {
    std::copy_n(slice.values + slots.front() * width, slots.size() * width, to);
    return;
  }
  switch (width) {
    case 1:
      return CopyListed<1>(slice.values, slots, to);
    case 2:
      return CopyListed<2>(slice.values, slots, to);
    case 4:
      return CopyListed<4>(slice.values, slots, to);
    case 8:
      return CopyListed<8>(slice.values, slots, to);
    default:
      return CopyListed<16>(slice.values, slots, to);
  }
}

// Bytes that the values need outside of their views.  False when one lies
// beyond the page.  Without branches, since lengths are hard to foresee.
bool MeasureStrings(const RecordPage& page, const ColumnSlice& slice,
                    std::span<const uint16_t> slots, size_t* bytes) {
  const size_t page_size = page.bytes().size();
  bool in_page = true;
  for (const uint16_t slot : slots) {
    const VarEntry entry = slice.Entry(slot);
    const bool is_long = entry.length == VarEntry::kLong;
    const size_t length = is_long ? sizeof(LongReference) : entry.length;
    in_page &= entry.offset + length <= page_size;
    *bytes += length > StringView::kInlineBytes ? length : 0;
  }
  return in_page;
}

// Bytes copied at once, whether or not the string is as long.
constexpr size_t kStride = 16;

struct InlineMask {
  uint64_t low;
  uint32_t high;
};

constexpr std::array<InlineMask, StringView::kInlineBytes + 1> MakeInlineMasks() {
  std::array<InlineMask, StringView::kInlineBytes + 1> masks{};
  for (size_t length = 0; length < masks.size(); ++length) {
    masks[length].low = length >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * length)) - 1;
    masks[length].high = length < 8     ? 0
                         : length == 12 ? ~uint32_t{0}
                                        : (uint32_t{1} << (8 * (length - 8))) - 1;
  }
  return masks;
}

constexpr auto kInlineMasks = MakeInlineMasks();

// A view of up to 12 bytes.  Requires: `from` has kStride bytes to read.
void MakeInlineView(const std::byte* from, uint32_t length, StringView* out) {
  const InlineMask mask = kInlineMasks[length];
  std::array<uint32_t, 4> view;
  const uint64_t low = LoadAs<uint64_t>(from) & mask.low;
  view[0] = length;
  std::memcpy(&view[1], &low, sizeof(low));
  view[3] = LoadAs<uint32_t>(from + sizeof(low)) & mask.high;
  static_assert(sizeof(view) == sizeof(StringView));
  std::memcpy(static_cast<void*>(out), view.data(), sizeof(view));
}

// Copies at least `length` bytes, in strides.
void CopyInStrides(const std::byte* from, size_t length, char* to) {
  for (size_t i = 0; i < length; i += kStride) {
    std::memcpy(to + i, from + i, kStride);
  }
}

Status CopyLong(const FileCore& core, const RecordPage& page, const VarEntry& entry,
                StringHeap* heap, StringView* out) {
  LongReference reference{};
  if (!page.Long(entry, &reference)) {
    return core.Damaged(page.number(), "a value lies beyond the page");
  }
  std::string value;
  RETURN_IF_ERROR(ReadOverflow(core.file, reference, &value));
  *out = heap->Add(value);
  return {};
}

Status CopyStrings(const FileCore& core, const RecordPage& page, const ColumnSlice& slice,
                   std::span<const uint16_t> slots, size_t at, Vector* out) {
  size_t bytes = 0;
  if (!MeasureStrings(page, slice, slots, &bytes)) {
    return core.Damaged(page.number(), "a value lies beyond the page");
  }
  char* to = bytes == 0 ? nullptr : out->heap().Allocate(bytes + kStride);
  StringView* views = out->data<StringView>() + at;
  const std::byte* const page_begin = page.bytes().data();
  // Up to here, reading in strides stays within the page.
  const std::byte* const safe_end = page_begin + page.bytes().size() - kStride;
  for (size_t i = 0; i < slots.size(); ++i) {
    const std::byte* entry_at = slice.values + slots[i] * sizeof(VarEntry);
    const auto entry = LoadAs<VarEntry>(entry_at);
    const std::byte* from = entry.length <= VarEntry::kInPrefix
                                ? entry_at + offsetof(VarEntry, prefix)
                                : page_begin + entry.offset;
    if (entry.length <= StringView::kInlineBytes && from <= safe_end) {
      MakeInlineView(from, entry.length, &views[i]);
    } else if (entry.length == VarEntry::kLong) {
      RETURN_IF_ERROR(CopyLong(core, page, entry, &out->heap(), &views[i]));
    } else if (from + entry.length <= safe_end) {
      CopyInStrides(from, entry.length, to);
      views[i] = StringView({to, entry.length});
      to += entry.length;
    } else {
      views[i] = out->heap().Add(AsChars({from, entry.length}));
    }
  }
  return {};
}

}  // namespace

void PrepareBatch(const FileCore& core, std::span<const uint32_t> projection, Batch* batch) {
  bool fits = batch->column_count() == projection.size() && batch->capacity() != 0;
  for (size_t i = 0; fits && i < projection.size(); ++i) {
    fits = batch->column(i).type() == core.types[projection[i]];
  }
  if (fits) {
    batch->Clear();
    return;
  }
  Schema schema;
  for (const uint32_t column : projection) {
    schema.Add({"", core.types[column], ""});
  }
  batch->Reset(schema);
}

Status GatherSlots(const FileCore& core, const RecordPage& page,
                   std::span<const uint32_t> projection, std::span<const uint16_t> slots, size_t at,
                   Batch* batch) {
  if (slots.empty()) {
    return {};
  }
  for (size_t i = 0; i < projection.size(); ++i) {
    Vector& out = batch->column(i);
    ColumnSlice slice;
    RETURN_IF_ERROR(core.Column(page, projection[i], &slice));
    if (core.layout[projection[i]].variable) {
      RETURN_IF_ERROR(CopyStrings(core, page, slice, slots, at, &out));
    } else {
      CopyFixed(slice, slots, at, &out);
    }
    for (size_t k = 0; slice.nulls != nullptr && k < slots.size(); ++k) {
      if (slice.IsNull(slots[k])) {
        out.SetNull(at + k);
      }
    }
  }
  return {};
}

}  // namespace redbase::rm
