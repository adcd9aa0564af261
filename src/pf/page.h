// The header that every page of every file begins with.
//
// Page format, little-endian, offsets in bytes:
//
//   0        4          8          16        20      22      24        page size
//   +--------+----------+----------+---------+-------+-------+---- ... ----+
//   | crc32c | page num | sequence | file id | kind  | flags | payload     |
//   | u32    | u32      | u64      | u32     | u16   | u16   |             |
//   +--------+----------+----------+---------+-------+-------+---- ... ----+
//
// crc32c covers bytes 4 to the end of the page.  It is set when the page is
// written and checked when it is read.  `sequence` is that of the last change,
// given by the log; kind 0 is a page that was never used or was given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/rid.h"

namespace redbase::pf {

// Identifies a file within a database; on every page of it.
enum class FileId : uint32_t {};

// What a page is used for.  Components number their own kinds from the first
// of their range: rm 0x0100, ix 0x0200.
enum class PageKind : uint16_t { kFree = 0, kFileHeader = 1 };

struct PageHeader {
  uint32_t crc32c;
  PageNum page_num;
  uint64_t sequence;
  FileId file_id;
  PageKind kind;
  uint16_t flags;
};
static_assert(offsetof(PageHeader, page_num) == 4);
static_assert(offsetof(PageHeader, sequence) == 8);
static_assert(offsetof(PageHeader, file_id) == 16);
static_assert(offsetof(PageHeader, kind) == 20);
static_assert(offsetof(PageHeader, flags) == 22);
static_assert(sizeof(PageHeader) == 24);

inline constexpr size_t kPageHeaderSize = sizeof(PageHeader);
inline constexpr size_t kMinPageSize = 4096;
inline constexpr size_t kMaxPageSize = 65536;

// A power of two from kMinPageSize to kMaxPageSize.
constexpr bool IsPageSize(uint64_t size) {
  return size >= kMinPageSize && size <= kMaxPageSize && (size & (size - 1)) == 0;
}

// The bytes of a whole page, header included.
using PageView = std::span<const std::byte>;
using MutablePage = std::span<std::byte>;

PageHeader ReadPageHeader(PageView page);
void WritePageHeader(MutablePage page, const PageHeader& header);

}  // namespace redbase::pf
