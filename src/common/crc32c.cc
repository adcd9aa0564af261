#include "common/crc32c.h"

#include <algorithm>

#include <isa-l/crc.h>

namespace redbase::common {

uint32_t ExtendCrc32c(uint32_t crc, std::span<const std::byte> bytes) {
  // The library counts in int, reads only, and leaves the inversion to us.
  constexpr size_t kMost = size_t{1} << 30;
  uint32_t state = ~crc;
  while (!bytes.empty()) {
    const std::span<const std::byte> part = bytes.first(std::min(bytes.size(), kMost));
    auto* start = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data()));
    state = crc32_iscsi(start, static_cast<int>(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  return ~state;
}

}  // namespace redbase::common
