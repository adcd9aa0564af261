// PageOp: a change to one page as a log record says it, and the code that does it.
//
// There is one piece of code per kind of change.  It runs when the change is made
// and runs again when recovery or a replica redoes it, so both give the same
// bytes.  An op reads nothing but the page and its payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/status.h"
#include "pf/page.h"

namespace redbase::pf {

// Components number their ops from the first of their range: pf 0x0001,
// rm 0x0100, ix 0x0200.  Numbers are written to logs: never renumber.
enum class PageOpCode : uint16_t {};

struct PageOp {
  PageOpCode code;
  const char* name;  // "rm.insert"
  // kCorruption when the payload does not fit the page (only ever from a log).
  Status (*apply)(MutablePage page, std::span<const std::byte> payload);
};

// Makes an op known.  The same op may be registered again.  Thread-safe.
void RegisterPageOp(const PageOp& op);

// Null when nobody registered it.
const PageOp* FindPageOp(PageOpCode code);

}  // namespace redbase::pf
