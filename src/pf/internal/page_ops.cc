#include "pf/internal/page_ops.h"

#include <cstring>
#include <string>

#include "common/bytes.h"
#include "pf/page_file.h"

namespace redbase::pf {

namespace {

Status Misfit(const char* op) {
  return Status(Code::kCorruption, std::string("log record ") + op + " does not fit its page");
}

bool IsFileHeader(PageView page) { return ReadPageHeader(page).kind == PageKind::kFileHeader; }

void WriteFileHeader(MutablePage page, const FileHeader& header) {
  StoreAs(page.data() + kPageHeaderSize, header);
}

Status ExtendFile(MutablePage page, std::span<const std::byte> payload) {
  if (!payload.empty() || !IsFileHeader(page)) {
    return Misfit("pf.extend_file");
  }
  FileHeader header = ReadFileHeader(page);
  ++header.pages;
  WriteFileHeader(page, header);
  return {};
}

Status TakeFree(MutablePage page, std::span<const std::byte> payload) {
  FileHeader header = ReadFileHeader(page);
  if (payload.size() != sizeof(PageNum) || !IsFileHeader(page) || header.free_count == 0) {
    return Misfit("pf.take_free");
  }
  header.free_head = LoadAs<PageNum>(payload.data());
  --header.free_count;
  WriteFileHeader(page, header);
  return {};
}

Status GiveFree(MutablePage page, std::span<const std::byte> payload) {
  if (payload.size() != sizeof(PageNum) || !IsFileHeader(page)) {
    return Misfit("pf.give_free");
  }
  FileHeader header = ReadFileHeader(page);
  header.free_head = LoadAs<PageNum>(payload.data());
  ++header.free_count;
  WriteFileHeader(page, header);
  return {};
}

void Reformat(MutablePage page, PageKind kind) {
  PageHeader header = ReadPageHeader(page);
  header.kind = kind;
  header.flags = 0;
  WritePageHeader(page, header);
  std::memset(page.data() + kPageHeaderSize, 0, page.size() - kPageHeaderSize);
}

Status FormatPage(MutablePage page, std::span<const std::byte> payload) {
  if (payload.size() != sizeof(PageKind)) {
    return Misfit("pf.format_page");
  }
  Reformat(page, LoadAs<PageKind>(payload.data()));
  return {};
}

Status FreePage(MutablePage page, std::span<const std::byte> payload) {
  if (payload.size() != sizeof(PageNum)) {
    return Misfit("pf.free_page");
  }
  Reformat(page, PageKind::kFree);
  std::memcpy(page.data() + kPageHeaderSize, payload.data(), payload.size());
  return {};
}

Status SeveralOps(MutablePage page, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  while (!reader.rest().empty()) {
    const auto code = reader.Get<PageOpCode>();
    reader.Get<uint16_t>();
    const std::string_view part = reader.GetBytes(reader.Get<uint32_t>());
    const PageOp* const op = FindPageOp(code);
    if (!reader.ok() || op == nullptr || code == kSeveralOps) {
      return Misfit("pf.several_ops");
    }
    RETURN_IF_ERROR(op->apply(page, AsBytes(part)));
  }
  return {};
}

}  // namespace

void RegisterPfOps() {
  RegisterPageOp({kExtendFile, "pf.extend_file", ExtendFile});
  RegisterPageOp({kTakeFree, "pf.take_free", TakeFree});
  RegisterPageOp({kGiveFree, "pf.give_free", GiveFree});
  RegisterPageOp({kFormatPage, "pf.format_page", FormatPage});
  RegisterPageOp({kFreePage, "pf.free_page", FreePage});
  RegisterPageOp({kSeveralOps, "pf.several_ops", SeveralOps});
}

void AppendOp(PageOpCode op, std::span<const std::byte> payload, std::string* several) {
  ByteWriter writer(several);
  writer.Put(op);
  writer.Put(uint16_t{0});
  writer.Put(static_cast<uint32_t>(payload.size()));
  writer.PutBytes(AsChars(payload));
}

PageNum NextFree(PageView page) { return LoadAs<PageNum>(page.data() + kPageHeaderSize); }

}  // namespace redbase::pf
