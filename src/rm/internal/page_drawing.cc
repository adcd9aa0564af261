#include "rm/internal/page_drawing.h"

#include <algorithm>
#include <vector>

#include "common/batch.h"
#include "common/text.h"
#include "rm/internal/overflow.h"
#include "rm/internal/page_gather.h"

namespace redbase::rm {

namespace {

// Slots drawn before the rest is only counted.
constexpr size_t kMostSlots = 64;
constexpr size_t kWidestCell = 24;

std::string Number(uint64_t n) { return std::to_string(n); }

std::string ShowRid(Rid rid) {
  return Number(static_cast<uint32_t>(rid.page)) + "." + Number(static_cast<uint16_t>(rid.slot));
}

std::string Padded(std::string s, size_t width) {
  s.resize(std::max(s.size(), width), ' ');
  return s;
}

void DrawHeader(const RecordPage& page, std::string* out) {
  const RecordPageHeader& h = page.header();
  const size_t size = page.bytes().size();
  *out += "  slots: " + Number(h.capacity) + ", " + Number(h.live) + " live, " +
          Number(h.taken - size_t{h.live}) + " forwarding, " + Number(page.free_slots()) +
          " free\n";
  *out += "  bytes: " + Number(size) + " = columns to " + Number(page.fixed_end()) + ", gap to " +
          Number(h.heap_start) + ", heap of " + Number(size - h.heap_start) + " (" +
          Number(h.heap_dead) + " unused)\n";
}

void DrawColumns(const FileCore& core, const RecordPage& page, const Schema& schema,
                 std::string* out) {
  *out += "  columns:\n";
  for (uint32_t i = 0; i < core.layout.size(); ++i) {
    const ColumnDescriptor d = page.Descriptor(i);
    const std::string name = i < schema.size() ? schema[i].name : "column " + Number(i);
    *out += "    " + Padded(name, 16) + " " + Padded(TypeName(core.types[i]), 12) + " values at " +
            Number(d.values) + ", " + Number(d.width) + " bytes each, plain";
    *out += (d.flags & ColumnDescriptor::kVariable) != 0 ? ", in the heap" : "";
    *out += (d.flags & ColumnDescriptor::kMayHaveNulls) != 0 ? ", nulls at " + Number(d.nulls)
                                                             : std::string();
    *out += "\n";
  }
}

std::string ShowCell(const Batch& row, size_t column) {
  const Value value = row.GetValue(column, 0);
  std::string text = value.is_string() ? common::Quoted(value.string_value()) : value.ToString();
  if (text.size() > kWidestCell) {
    text.resize(kWidestCell - 3);
    text += "...";
  }
  return text;
}

Status DrawSlots(const FileCore& core, const RecordPage& page, std::string* out) {
  std::vector<uint32_t> projection;
  for (uint32_t i = 0; i < core.layout.size(); ++i) {
    projection.push_back(i);
  }
  Batch row;
  *out += "  slots in use:\n";
  size_t drawn = 0;
  for (uint16_t slot = 0; slot < page.header().used; ++slot) {
    if (!page.IsTaken(slot) || ++drawn > kMostSlots) {
      continue;
    }
    *out += "    " + Padded(Number(slot), 5);
    Rid target;
    if (page.StubTarget(slot, &target)) {
      *out += " -> " + ShowRid(target) + "\n";
      continue;
    }
    PrepareBatch(core, projection, &row);
    RETURN_IF_ERROR(GatherSlots(core, page, projection, {&slot, 1}, 0, &row));
    row.set_rows(1);
    for (size_t i = 0; i < projection.size(); ++i) {
      *out += (i == 0 ? " " : " | ") + ShowCell(row, i);
    }
    *out += page.IsMovedIn(slot) ? "   (from " + ShowRid(page.HomeOf(slot)) + ")\n" : "\n";
  }
  if (drawn > kMostSlots) {
    *out += "    and " + Number(drawn - kMostSlots) + " more\n";
  }
  return {};
}

std::string DrawDirectory(const FileCore& core, pf::PageView page) {
  const auto header = LoadAs<DirectoryHeader>(page.data() + pf::kPageHeaderSize);
  std::string out = "directory\n  map of pages with room: " + Number(header.map_bytes) + " bytes\n";
  if (header.columns != 0) {
    out += "  columns: " + Number(header.columns) + ", records: " + Number(core.records.load()) +
           ", record pages: " + Number(core.record_pages.load()) + "\n";
  }
  return out;
}

std::string DrawOverflow(pf::PageView page) {
  const auto header = LoadAs<OverflowHeader>(page.data() + pf::kPageHeaderSize);
  std::string out = "overflow\n  " + Number(header.length) + " bytes of a long value, ";
  return out + (header.next == kNoPage
                    ? "the last\n"
                    : "next page " + Number(static_cast<uint32_t>(header.next)) + "\n");
}

}  // namespace

Result<std::string> DrawRecordPage(const FileCore& core, PageNum number, const Schema& schema) {
  const auto plain = static_cast<uint32_t>(number);
  if (plain >= core.file.page_count()) {
    return Status(Code::kNotFound, "there is no page " + Number(plain) + ": the file has " +
                                       Number(core.file.page_count()) + " pages");
  }
  ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core.file.Read(number));
  const pf::PageHeader header = pf::ReadPageHeader(pinned.bytes());
  std::string out = "page " + Number(plain) + ", change " + Number(header.sequence) + ": ";
  if (header.kind == pf::PageKind::kFree) {
    return out + "free\n";
  }
  if (header.kind == pf::PageKind::kFileHeader) {
    return out + "file header\n  page size: " + Number(core.file.page_size()) +
           ", pages: " + Number(core.file.page_count()) + "\n";
  }
  if (header.kind == kDirectoryPageKind) {
    return out + DrawDirectory(core, pinned.bytes());
  }
  if (header.kind == kOverflowPageKind) {
    return out + DrawOverflow(pinned.bytes());
  }
  const RecordPage page(pinned.bytes());
  RETURN_IF_ERROR(core.CheckReadable(page));
  out += "records\n";
  DrawHeader(page, &out);
  DrawColumns(core, page, schema, &out);
  RETURN_IF_ERROR(DrawSlots(core, page, &out));
  return out;
}

}  // namespace redbase::rm
