#include "pf/internal/file_header.h"

#include <string>
#include <vector>

namespace redbase::pf {

namespace {

Status Damaged(const common::File& file, const std::string& what) {
  return Status(Code::kCorruption, file.path() + ": " + what);
}

}  // namespace

Result<size_t> ReadPageSize(common::File& file) {
  std::vector<std::byte> start(kPageHeaderSize + sizeof(FileHeader));
  ASSIGN_OR_RETURN(const size_t got, file.ReadSome(0, start));
  const FileHeader header = ReadFileHeader(start);
  if (got < start.size() || header.magic != kFileMagic) {
    return Damaged(file, "not a RedBase file");
  }
  if (header.version > kFileFormatVersion || header.version == 0) {
    return Damaged(file, "format version " + std::to_string(header.version) +
                             ", this program reads up to " + std::to_string(kFileFormatVersion));
  }
  if (!IsPageSize(header.page_size)) {
    return Damaged(file, "page 0: page size " + std::to_string(header.page_size));
  }
  return header.page_size;
}

Status CheckIdentity(const FileState& state, const FileHeader& header) {
  if (header.database_id != state.identity.database_id) {
    return PageError(state, kHeaderPage, Code::kCorruption,
                     "belongs to database " + std::to_string(header.database_id) + ", not " +
                         std::to_string(state.identity.database_id));
  }
  if (header.pages == 0 || header.free_count >= header.pages) {
    return PageError(state, kHeaderPage, Code::kCorruption,
                     std::to_string(header.pages) + " pages, " + std::to_string(header.free_count) +
                         " of them free");
  }
  return {};
}

}  // namespace redbase::pf
