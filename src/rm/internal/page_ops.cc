#include "rm/internal/page_ops.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "common/bytes.h"
#include "rm/internal/order_key.h"
#include "rm/internal/overflow.h"
#include "rm/internal/page_editor.h"
#include "rm/internal/row_block.h"

namespace redbase::rm {

namespace {

using Payload = std::span<const std::byte>;

Status Misfit() { return {Code::kCorruption, "the log record does not fit the page"}; }

uint16_t WidthInPage(PhysicalType type) {
  return static_cast<uint16_t>(type == PhysicalType::kString ? sizeof(VarEntry) : WidthOf(type));
}

bool IsRecordPage(pf::PageView page, size_t columns) {
  return RecordPage::Is(page) && RecordPage(page).Problem(columns) == nullptr;
}

// Offsets as RecordLayout::FixedBytes counts them.
void WriteDescriptors(pf::MutablePage page, const RecordPageHeader& header, Payload types) {
  const size_t bitmap = (header.capacity + size_t{63}) / 64 * 8;
  size_t at = kDescriptorsAt + types.size() * sizeof(ColumnDescriptor) + 2 * bitmap;
  for (size_t i = 0; i < types.size(); ++i) {
    ColumnDescriptor d{};
    d.physical = static_cast<uint8_t>(types[i]);
    d.width = WidthInPage(static_cast<PhysicalType>(types[i]));
    d.flags = static_cast<PhysicalType>(types[i]) == PhysicalType::kString
                  ? ColumnDescriptor::kVariable
                  : uint8_t{0};
    d.nulls = static_cast<uint32_t>(at);
    d.values = static_cast<uint32_t>(at + bitmap);
    d.min = kGreatestKey;
    d.max = kLeastKey;
    StoreAs(page.data() + kDescriptorsAt + i * sizeof(d), d);
    at = d.values + (size_t{header.capacity} * d.width + 7) / 8 * 8;
  }
}

Status ApplyFormat(pf::MutablePage page, Payload payload) {
  ByteReader reader(payload);
  RecordPageHeader header{};
  header.magic = kRecordPageMagic;
  header.version = kRecordPageVersion;
  header.columns = reader.Get<uint16_t>();
  header.capacity = reader.Get<uint16_t>();
  header.heap_start = static_cast<uint32_t>(page.size());
  const Payload types = reader.rest();
  size_t end = kDescriptorsAt + types.size() * sizeof(ColumnDescriptor) +
               (header.capacity + size_t{63}) / 64 * 8 * (2 + types.size());
  for (const std::byte type : types) {
    if (static_cast<PhysicalType>(type) > PhysicalType::kInterval) {
      return Misfit();
    }
    const size_t width = WidthInPage(static_cast<PhysicalType>(type));
    end += (header.capacity * width + 7) / 8 * 8;
  }
  if (!reader.ok() || types.size() != header.columns || types.empty() || header.capacity == 0 ||
      end > page.size()) {
    return Misfit();
  }
  StoreAs(page.data() + kRecordHeaderAt, header);
  WriteDescriptors(page, header, types);
  return {};
}

// Whether the block's columns are those of the page, ascending.
bool ColumnsMatch(const RecordPage& page, const RowBlock& block) {
  uint32_t next = 0;
  for (const BlockColumn& column : block.columns()) {
    ColumnSlice slice;
    if (column.column < next || column.column >= page.header().columns ||
        !page.Column(column.column, &slice) || slice.descriptor.width != column.width ||
        ((slice.descriptor.flags & ColumnDescriptor::kVariable) != 0) != column.variable) {
      return false;
    }
    next = column.column + 1;
  }
  return true;
}

bool AllColumnsInPage(const RecordPage& page) {
  ColumnSlice slice;
  for (size_t i = 0; i < page.header().columns; ++i) {
    if (!page.Column(i, &slice)) {
      return false;
    }
  }
  return true;
}

Status ApplyInsert(pf::MutablePage bytes, Payload payload) {
  RowBlock block;
  if (!block.Parse(payload) || !IsRecordPage(bytes, block.columns().size())) {
    return Misfit();
  }
  PageEditor editor(bytes);
  const RecordPage page = editor.view();
  bool fits = ColumnsMatch(page, block);
  for (size_t i = 0; i < block.count(); ++i) {
    Rid target;
    const size_t slot = block.Slot(i);
    fits = fits && slot < page.header().capacity &&
           (!page.IsTaken(slot) || page.StubTarget(slot, &target));
  }
  const size_t table = block.home() ? (editor.header().moved_in + size_t{1}) * sizeof(MovedIn) : 0;
  if (!fits || !editor.Reserve(block.HeapBytes() + table)) {
    return Misfit();
  }
  for (size_t i = 0; i < block.count(); ++i) {
    editor.Occupy(block.Slot(i));
  }
  for (const BlockColumn& column : block.columns()) {
    editor.WriteColumn(block, column);
  }
  if (block.home()) {
    editor.AddMovedIn(block.Slot(0), *block.home());
  }
  editor.Finish();
  return {};
}

Status ApplyErase(pf::MutablePage bytes, Payload payload) {
  ByteReader reader(payload);
  const size_t count = reader.Get<uint16_t>();
  const RecordPage page(bytes);
  if (!IsRecordPage(bytes, page.header().columns) || !AllColumnsInPage(page) ||
      reader.rest().size() != count * 2) {
    return Misfit();
  }
  PageEditor editor(bytes);
  for (size_t i = 0; i < count; ++i) {
    const auto slot = reader.Get<uint16_t>();
    if (!page.IsTaken(slot)) {
      return Misfit();
    }
    if (page.IsLive(slot)) {
      editor.ReleaseValues(slot);
    }
    editor.Vacate(slot);
  }
  editor.Finish();
  return {};
}

// The page may hold other records when this is redone than when it was done.
Status ApplyClear(pf::MutablePage bytes, Payload /*payload*/) {
  const RecordPage page(bytes);
  if (!IsRecordPage(bytes, page.header().columns) || !AllColumnsInPage(page)) {
    return Misfit();
  }
  PageEditor editor(bytes);
  for (uint16_t slot = 0; slot < page.header().used; ++slot) {
    if (page.IsLive(slot)) {
      editor.ReleaseValues(slot);
      editor.Vacate(slot);
    }
  }
  editor.Finish();
  return {};
}

Status ApplyUpdate(pf::MutablePage bytes, Payload payload) {
  RowBlock block;
  const RecordPage page(bytes);
  if (!block.Parse(payload) || !IsRecordPage(bytes, page.header().columns) ||
      !ColumnsMatch(page, block)) {
    return Misfit();
  }
  PageEditor editor(bytes);
  for (size_t i = 0; i < block.count(); ++i) {
    if (!page.IsLive(block.Slot(i))) {
      return Misfit();
    }
    for (const BlockColumn& column : block.columns()) {
      editor.ReleaseValue(column.column, block.Slot(i));
    }
  }
  if (!editor.Reserve(block.HeapBytes())) {
    return Misfit();
  }
  for (const BlockColumn& column : block.columns()) {
    editor.WriteColumn(block, column);
  }
  editor.Finish();
  return {};
}

Status ApplyForward(pf::MutablePage bytes, Payload payload) {
  ByteReader reader(payload);
  const auto slot = reader.Get<uint16_t>();
  const auto target_slot = reader.Get<SlotNum>();
  const auto target_page = reader.Get<PageNum>();
  const RecordPage page(bytes);
  if (!reader.ok() || !IsRecordPage(bytes, page.header().columns) || !AllColumnsInPage(page) ||
      slot >= page.header().capacity) {
    return Misfit();
  }
  PageEditor editor(bytes);
  if (page.IsLive(slot)) {
    editor.ReleaseValues(slot);
  }
  editor.MakeStub(slot, {target_page, target_slot});
  editor.Finish();
  return {};
}

Status ApplyOverflow(pf::MutablePage page, Payload payload) {
  ByteReader reader(payload);
  OverflowHeader header{};
  header.magic = kOverflowMagic;
  header.next = reader.Get<PageNum>();
  const Payload value = reader.rest();
  if (!reader.ok() || value.size() > page.size() - kOverflowDataAt) {
    return Misfit();
  }
  header.length = static_cast<uint32_t>(value.size());
  StoreAs(page.data() + pf::kPageHeaderSize, header);
  std::copy(value.begin(), value.end(), page.begin() + kOverflowDataAt);
  return {};
}

Status ApplyDirectory(pf::MutablePage page, Payload payload) {
  if (payload.size() > page.size() - pf::kPageHeaderSize) {
    return Misfit();
  }
  const auto rest = page.subspan(pf::kPageHeaderSize);
  std::copy(payload.begin(), payload.end(), rest.begin());
  std::fill(rest.begin() + static_cast<ptrdiff_t>(payload.size()), rest.end(), std::byte{0});
  return {};
}

}  // namespace

void RegisterRecordPageOps() {
  pf::RegisterPageOp({kFormatOp, "rm.format", ApplyFormat});
  pf::RegisterPageOp({kInsertOp, "rm.insert", ApplyInsert});
  pf::RegisterPageOp({kEraseOp, "rm.erase", ApplyErase});
  pf::RegisterPageOp({kClearOp, "rm.clear", ApplyClear});
  pf::RegisterPageOp({kUpdateOp, "rm.update", ApplyUpdate});
  pf::RegisterPageOp({kForwardOp, "rm.forward", ApplyForward});
  pf::RegisterPageOp({kOverflowOp, "rm.overflow", ApplyOverflow});
  pf::RegisterPageOp({kDirectoryOp, "rm.directory", ApplyDirectory});
}

std::string FormatPayload(const RecordLayout& layout, uint16_t capacity) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(static_cast<uint16_t>(layout.size()));
  writer.Put(capacity);
  for (const ColumnLayout& column : layout.columns()) {
    writer.Put(column.physical);
  }
  return payload;
}

std::string ErasePayload(std::span<const uint16_t> slots) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(static_cast<uint16_t>(slots.size()));
  writer.PutBytes(AsChars(std::as_bytes(slots)));
  return payload;
}

std::string ForwardPayload(uint16_t slot, Rid target) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(slot);
  writer.Put(target.slot);
  writer.Put(target.page);
  return payload;
}

std::string OverflowPayload(PageNum next, std::string_view bytes) {
  std::string payload;
  payload.reserve(sizeof(next) + bytes.size());
  ByteWriter writer(&payload);
  writer.Put(next);
  writer.PutBytes(bytes);
  return payload;
}

}  // namespace redbase::rm
