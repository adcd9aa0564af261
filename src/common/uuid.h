// Uuid: 128 bits as an integer whose order is that of the bytes.
#pragma once

#include <compare>

#include "common/int128.h"

namespace redbase {

struct Uuid {
  // The bytes read as a big-endian number, the top bit flipped.
  Int128 ordered = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const Uuid&) const = default;
};

}  // namespace redbase
