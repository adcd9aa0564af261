#include "pf/internal/double_write.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/crc32c.h"

namespace redbase::pf {

namespace {

constexpr uint32_t kMagic = 0x57444252;  // "RBDW"
constexpr size_t kHeaderBytes = 512;

struct EntryHeader {
  uint32_t crc32c;
  uint32_t magic;
  uint64_t database_id;
  uint64_t round;
  FileId file;
  PageNum first;
  uint32_t page_size;
  uint32_t page_count;
  uint64_t since;
};
static_assert(offsetof(EntryHeader, magic) == 4);
static_assert(offsetof(EntryHeader, database_id) == 8);
static_assert(offsetof(EntryHeader, round) == 16);
static_assert(offsetof(EntryHeader, file) == 24);
static_assert(offsetof(EntryHeader, first) == 28);
static_assert(offsetof(EntryHeader, page_size) == 32);
static_assert(offsetof(EntryHeader, page_count) == 36);
static_assert(offsetof(EntryHeader, since) == 40);

using HeaderBytes = std::array<std::byte, kHeaderBytes>;

struct Entry {
  EntryHeader header;
  std::span<const std::byte> pages;  // as far as the file has them
};

std::vector<Entry> FindEntries(std::span<const std::byte> area, uint64_t database_id) {
  std::vector<Entry> entries;
  for (size_t at = 0; at + kHeaderBytes <= area.size(); at += kHeaderBytes) {
    const auto bytes = area.subspan(at, kHeaderBytes);
    const auto header = LoadAs<EntryHeader>(bytes.data());
    if (header.magic != kMagic || header.database_id != database_id ||
        !IsPageSize(header.page_size) ||
        header.crc32c != common::Crc32c(bytes.subspan(sizeof(header.crc32c)))) {
      continue;
    }
    const auto rest = area.subspan(at + kHeaderBytes);
    const uint64_t length = uint64_t{header.page_size} * header.page_count;
    entries.push_back({header, rest.first(std::min<uint64_t>(length, rest.size()))});
  }
  return entries;
}

bool IsSealedPage(PageView page, FileId file, PageNum number) {
  const PageHeader header = ReadPageHeader(page);
  return header.page_num == number && header.file_id == file &&
         header.crc32c == common::Crc32c(page.subspan(sizeof(header.crc32c)));
}

}  // namespace

DoubleWriteArea::DoubleWriteArea(common::Env& env, const std::string& directory,
                                 uint64_t database_id)
    : env_(env), path_(directory + "/" + kDoubleWriteName), database_id_(database_id), round_(1) {}

Status DoubleWriteArea::ForEachCopy(
    uint64_t since, const std::function<Status(FileId file, PageNum page, PageView copy)>& visit) {
  if (!env_.Exists(path_)) {
    return {};
  }
  ASSIGN_OR_RETURN(const std::string file, env_.ReadAll(path_));
  const std::vector<Entry> entries = FindEntries(AsBytes(file), database_id_);
  uint64_t last = 0;
  for (const Entry& entry : entries) {
    last = std::max(last, entry.header.round);
  }
  round_ = last + 1;
  for (const Entry& entry : entries) {
    if (entry.header.round != last || entry.header.since < since) {
      continue;
    }
    const size_t size = entry.header.page_size;
    for (size_t i = 0; (i + 1) * size <= entry.pages.size(); ++i) {
      const PageNum page{static_cast<uint32_t>(static_cast<uint32_t>(entry.header.first) + i)};
      const PageView copy = entry.pages.subspan(i * size, size);
      if (IsSealedPage(copy, entry.header.file, page)) {
        RETURN_IF_ERROR(visit(entry.header.file, page, copy));
      }
    }
  }
  return {};
}

Status DoubleWriteArea::OpenFile() {
  if (file_ == nullptr) {
    const bool is_new = !env_.Exists(path_);
    ASSIGN_OR_RETURN(file_, env_.Open(path_, common::OpenMode::kAppend));
    if (is_new) {
      RETURN_IF_ERROR(env_.SyncDirectory(common::DirectoryOf(path_)));
    }
  }
  return {};
}

Status DoubleWriteArea::Clear() {
  if (!env_.Exists(path_)) {
    return {};
  }
  RETURN_IF_ERROR(OpenFile());
  next_ = 0;
  RETURN_IF_ERROR(file_->Truncate(0));
  return file_->Sync();
}

bool DoubleWriteArea::Fits(size_t bytes) const {
  return next_ == 0 || next_ + kHeaderBytes + bytes <= kCapacity;
}

void DoubleWriteArea::Restart() {
  ++round_;
  next_ = 0;
}

Status DoubleWriteArea::Copy(FileId file, PageNum first, size_t page_size,
                             std::span<const std::byte> pages, uint64_t since) {
  RETURN_IF_ERROR(sync_error_);
  RETURN_IF_ERROR(OpenFile());
  std::vector<std::byte> bytes(kHeaderBytes);
  StoreAs(bytes.data(), EntryHeader{0, kMagic, database_id_, round_, file, first,
                                    static_cast<uint32_t>(page_size),
                                    static_cast<uint32_t>(pages.size() / page_size), since});
  StoreAs(bytes.data(), common::Crc32c(std::span(bytes).subspan(sizeof(uint32_t))));
  bytes.insert(bytes.end(), pages.begin(), pages.end());
  RETURN_IF_ERROR(file_->Write(next_, bytes));
  next_ += bytes.size();
  sync_error_ = file_->Sync();
  return sync_error_;
}

}  // namespace redbase::pf
