// Uuid: 128 bits as an integer whose order is that of the bytes.
#pragma once

#include "common/int128.h"

namespace redbase {

struct Uuid {
  // The bytes read as a big-endian number, the top bit flipped.
  Int128 ordered = 0;

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace redbase
