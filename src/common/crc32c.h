// CRC32C (Castagnoli), the checksum of pages and log records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace redbase::common {

// The checksum of what `crc` is the checksum of, followed by `bytes`.
uint32_t ExtendCrc32c(uint32_t crc, std::span<const std::byte> bytes);

inline uint32_t Crc32c(std::span<const std::byte> bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace redbase::common
