// The changes that pf itself makes to pages, as records of the log.
//
// Payloads, little-endian:
//   kExtendFile  header page: none; one page more
//   kTakeFree    header page: u32 the page that is now the head of the free chain
//   kGiveFree    header page: u32 the page that becomes the head
//   kFormatPage  any other: u16 kind; everything after the PageHeader is zeroed
//   kFreePage    any other: u32 the next free page; kind becomes kFree
//   kSeveralOps  any: one after another, each u16 op, u16 zero, u32 length, payload
#pragma once

#include <span>
#include <string>

#include "pf/page.h"
#include "pf/page_op.h"

namespace redbase::pf {

inline constexpr PageOpCode kExtendFile{0x0001};
inline constexpr PageOpCode kTakeFree{0x0002};
inline constexpr PageOpCode kGiveFree{0x0003};
inline constexpr PageOpCode kFormatPage{0x0004};
inline constexpr PageOpCode kFreePage{0x0005};
inline constexpr PageOpCode kSeveralOps{0x0006};

// Makes them known; again is harmless.
void RegisterPfOps();

// Appends one op to the payload of kSeveralOps.
void AppendOp(PageOpCode op, std::span<const std::byte> payload, std::string* several);

// The page after `page` in the free chain.  Requires: it is of kind kFree.
PageNum NextFree(PageView page);

}  // namespace redbase::pf
