#include "rm/internal/page_gather.h"

#include <algorithm>
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
// beyond the page.
bool MeasureStrings(const RecordPage& page, const ColumnSlice& slice,
                    std::span<const uint16_t> slots, size_t* bytes, bool* has_long) {
  const std::byte* entries = slice.values;
  bool in_page = true;
  for (const uint16_t slot : slots) {
    const auto entry = LoadAs<VarEntry>(entries + slot * sizeof(VarEntry));
    if (entry.length <= VarEntry::kInPrefix) {
      continue;
    }
    in_page &= page.InPage(entry);
    if (entry.length == VarEntry::kLong) {
      *has_long = true;
    } else if (entry.length > StringView::kInlineBytes) {
      *bytes += entry.length;
    }
  }
  return in_page;
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
  bool has_long = false;
  if (!MeasureStrings(page, slice, slots, &bytes, &has_long)) {
    return core.Damaged(page.number(), "a value lies beyond the page");
  }
  char* to = bytes == 0 ? nullptr : out->heap().Allocate(bytes);
  StringView* views = out->data<StringView>() + at;
  for (size_t i = 0; i < slots.size(); ++i) {
    const std::byte* entry_at = slice.values + slots[i] * sizeof(VarEntry);
    const auto entry = LoadAs<VarEntry>(entry_at);
    if (entry.length <= StringView::kInlineBytes) {
      views[i] = StringView(page.Bytes(entry, entry_at));
    } else if (entry.length != VarEntry::kLong) {
      std::memcpy(to, page.bytes().data() + entry.offset, entry.length);
      views[i] = StringView({to, entry.length});
      to += entry.length;
    } else {
      RETURN_IF_ERROR(CopyLong(core, page, entry, &out->heap(), &views[i]));
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
