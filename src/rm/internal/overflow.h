// Overflow pages: a value too long for record pages, as a chain of pages.
//
// Overflow page, little-endian, offsets in bytes (after the PageHeader):
//
//   24      28       32      36      40
//   +-------+--------+-------+-------+----------------+
//   | magic | length | next  | zero  | `length` bytes |
//   | u32   | u32    | u32   | u32   |                |
//   +-------+--------+-------+-------+----------------+
//
// `next` is kNoPage on the last page.  A chain is written from its end, so that
// every page names one that is complete, and never changes afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "pf/page_file.h"
#include "rm/internal/row_block.h"
#include "rm/record_page.h"

namespace redbase::rm {

inline constexpr uint32_t kOverflowMagic = 0x564F4252;  // "RBOV"

struct OverflowHeader {
  uint32_t magic;
  uint32_t length;
  PageNum next;
  uint32_t zero;
};
static_assert(offsetof(OverflowHeader, length) == 4);
static_assert(offsetof(OverflowHeader, next) == 8);
static_assert(sizeof(OverflowHeader) == 16);

inline constexpr size_t kOverflowDataAt = pf::kPageHeaderSize + sizeof(OverflowHeader);

// Writes the value; `note` is told of each page before it changes.
Result<LongValue> WriteOverflow(pf::PageFile& file, std::string_view value,
                                const std::function<void(PageNum)>& note);

// Appends the value to `out`.  kCorruption, naming file and page, when the
// chain is damaged.
Status ReadOverflow(pf::PageFile& file, LongReference reference, std::string* out);

// The pages of the chain are added to `pages`.
Status ListOverflow(pf::PageFile& file, LongReference reference, std::vector<PageNum>* pages);

// Gives one page back if it is an overflow page.
Status FreeOverflowPage(pf::PageFile& file, PageNum page);

}  // namespace redbase::rm
