// Types as sys_columns keeps them: a number for the type and one for its length.
//
// The length of a decimal says its digits and its scale, two decimal digits each:
// 1202 is decimal(12,2).
#pragma once

#include <cstdint>
#include <optional>

#include "common/types.h"

namespace redbase::sm {

uint32_t StoredLength(LogicalType type);
// nullopt for numbers that no table can have.
std::optional<LogicalType> TypeFromStored(uint32_t id, uint32_t length);

}  // namespace redbase::sm
