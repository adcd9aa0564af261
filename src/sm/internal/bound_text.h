// Bounds of partitions as text, as the system relations hold them.
//
// Numbers are in the shortest form that gives the same number again.  Strings
// are as they are, except that backslashes, control characters and bytes that
// are no UTF-8 stand as \xNN, so that the text is valid UTF-8 whatever a classic
// string holds.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/types.h"
#include "common/value.h"

namespace redbase::sm {

// Requires: value is of `type` and not null.
std::string BoundToText(const Value& value);
// kCorruption for a text that no value of the type has.
Result<Value> BoundFromText(std::string_view text, LogicalType type);

}  // namespace redbase::sm
