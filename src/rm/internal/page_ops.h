// The changes that a page of a record file can undergo, as the log has them.
//
//   rm.format     u16 columns, u16 capacity, u8 PhysicalType of each column:
//                 makes a fresh page an empty record page
//   rm.insert     RowBlock with every column: fills free slots; a stub's slot
//                 becomes a record again
//   rm.erase      u16 count, count u16 slots: records and stubs go
//   rm.update     RowBlock with the changed columns of live slots
//   rm.forward    u16 slot, u16 target slot, u32 target page: the slot, whatever
//                 it held, becomes a stub
//   rm.overflow   u32 next page, bytes: see rm/internal/overflow.h
//   rm.directory  the bytes after the PageHeader: see rm/internal/directory.h
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/rid.h"
#include "pf/page_op.h"
#include "rm/internal/record_layout.h"

namespace redbase::rm {

inline constexpr pf::PageOpCode kFormatOp{0x0100};
inline constexpr pf::PageOpCode kInsertOp{0x0101};
inline constexpr pf::PageOpCode kEraseOp{0x0102};
inline constexpr pf::PageOpCode kUpdateOp{0x0103};
inline constexpr pf::PageOpCode kForwardOp{0x0104};
inline constexpr pf::PageOpCode kOverflowOp{0x0105};
inline constexpr pf::PageOpCode kDirectoryOp{0x0106};
inline constexpr pf::PageOpCode kClearOp{0x0107};  // erases what records there are

// Makes the ops above known to pf.
void RegisterRecordPageOps();

std::string FormatPayload(const RecordLayout& layout, uint16_t capacity);
std::string ErasePayload(std::span<const uint16_t> slots);
std::string ForwardPayload(uint16_t slot, Rid target);
std::string OverflowPayload(PageNum next, std::string_view bytes);

}  // namespace redbase::rm
