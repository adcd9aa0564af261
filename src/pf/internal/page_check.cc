#include "pf/internal/page_check.h"

#include <algorithm>
#include <string>

#include "common/bytes.h"
#include "common/crc32c.h"

namespace redbase::pf {

namespace {

constexpr size_t kChecksumEnd = sizeof(uint32_t);

}  // namespace

bool IsAllZero(PageView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

Status PageError(const FileState& file, PageNum page, Code code, const std::string& what) {
  return PageError(file.path(), page, code, what);
}

Status PageError(const std::string& path, PageNum page, Code code, const std::string& what) {
  return Status(code, path + ": page " + std::to_string(static_cast<uint32_t>(page)) + ": " + what);
}

void SealPage(MutablePage page) {
  StoreAs(page.data(), common::Crc32c(page.subspan(kChecksumEnd)));
}

Status CheckPage(const FileState& file, PageNum page, PageView bytes) {
  return CheckPage(file.path(), file.identity.file_id, page, bytes);
}

Status CheckPage(const std::string& path, FileId file, PageNum page, PageView bytes) {
  const PageHeader header = ReadPageHeader(bytes);
  if (header.crc32c != common::Crc32c(bytes.subspan(kChecksumEnd))) {
    return PageError(path, page, Code::kCorruption,
                     IsAllZero(bytes) ? "never written (all bytes are zero)" : "checksum mismatch");
  }
  if (header.page_num != page) {
    return PageError(
        path, page, Code::kCorruption,
        "holds page " + std::to_string(static_cast<uint32_t>(header.page_num)) + " instead");
  }
  if (header.file_id != file) {
    return PageError(path, page, Code::kCorruption,
                     "belongs to file " + std::to_string(static_cast<uint32_t>(header.file_id)) +
                         ", not " + std::to_string(static_cast<uint32_t>(file)));
  }
  return {};
}

}  // namespace redbase::pf
