// Decimal: an exact number of at most 38 digits, some of them behind the point.
#pragma once

#include <cstdint>

#include "common/int128.h"

namespace redbase {

// unscaled / 10^scale.  Equal parts, not equal numbers, are ==.
struct Decimal {
  Int128 unscaled = 0;
  uint8_t scale = 0;

  bool operator==(const Decimal&) const = default;
};

}  // namespace redbase
