// The directory of a record file: page 1, and further pages chained to it.
//
// Directory page, little-endian, offsets in bytes (after the PageHeader):
//
//   24      28        30        32        40        48             56
//   +-------+---------+---------+---------+---------+--------------+---------+
//   | magic | version | columns | records | sampled | sampled heap | record  |
//   | u32   | u16     | u16     | u64     | records | bytes u64    | pages   |
//   |       |         |         |         | u64     |              | u32     |
//   +-------+---------+---------+---------+---------+--------------+---------+
//   60      64       68          72
//   +-------+--------+-----------+----------------+---------------------+
//   | clean | next   | map bytes | ColumnOnDisk   | map: a bit for each |
//   | u32   | page   | u32       | for each column| page with room      |
//   +-------+--------+-----------+----------------+---------------------+
//
// Further pages have only magic, version, next and their piece of the map.
//
// The counts and the map are of memory: they are written when the file is
// flushed.  The first change after that sets `clean` to 0, and a file opened
// that is not clean has its counts and map made anew from its pages.  They are
// no part of a transaction: taking back counts like any other change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/types.h"
#include "pf/page_file.h"
#include "rm/record_page.h"

namespace redbase::rm {

inline constexpr uint32_t kDirectoryMagic = 0x44524252;  // "RBRD"
inline constexpr uint16_t kDirectoryVersion = 1;
inline constexpr PageNum kDirectoryPage{1};

struct DirectoryHeader {
  uint32_t magic;
  uint16_t version;
  uint16_t columns;
  uint64_t records;
  uint64_t sampled_records;
  uint64_t sampled_heap;
  uint32_t record_pages;
  uint32_t clean;
  PageNum next;
  uint32_t map_bytes;
};
static_assert(offsetof(DirectoryHeader, version) == 4);
static_assert(offsetof(DirectoryHeader, columns) == 6);
static_assert(offsetof(DirectoryHeader, records) == 8);
static_assert(offsetof(DirectoryHeader, sampled_records) == 16);
static_assert(offsetof(DirectoryHeader, sampled_heap) == 24);
static_assert(offsetof(DirectoryHeader, record_pages) == 32);
static_assert(offsetof(DirectoryHeader, clean) == 36);
static_assert(offsetof(DirectoryHeader, next) == 40);
static_assert(offsetof(DirectoryHeader, map_bytes) == 44);
static_assert(sizeof(DirectoryHeader) == 48);

struct ColumnOnDisk {
  uint8_t type;  // TypeId
  uint8_t scale;
  uint8_t zero[2];
  uint32_t length;
};
static_assert(offsetof(ColumnOnDisk, length) == 4);
static_assert(sizeof(ColumnOnDisk) == 8);

struct DirectoryContent {
  std::vector<LogicalType> types;
  uint64_t records = 0;
  uint64_t sampled_records = 0;
  uint64_t sampled_heap = 0;
  uint32_t record_pages = 0;
  bool clean = true;
  std::string map{};
};

// Reads and writes it.  Not thread-safe.
class Directory {
 public:
  explicit Directory(pf::PageFile& file) : file_(file) {}

  // Makes page 1.  Requires: the file has no page but its header.
  Status Create(const DirectoryContent& content);
  // kCorruption, naming file and page, when it is damaged.
  Result<DirectoryContent> Load();
  // Writes what changed.
  Status Save(const DirectoryContent& content);
  // Says on page 1 that counts and map no longer hold.
  Status SetUnclean();
  const std::vector<PageNum>& pages() const { return pages_; }

 private:
  size_t MapRoom(size_t index, size_t columns) const;
  std::string PagePayload(const DirectoryContent& content, size_t index, size_t* map_from) const;
  Status LoadPage(PageNum page, DirectoryContent* content, PageNum* next);
  Status ExtendChain(size_t pages);
  Status SavePage(PageNum page, const std::string& payload);

  pf::PageFile& file_;
  std::vector<PageNum> pages_;
};

}  // namespace redbase::rm
