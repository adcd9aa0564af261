// LogFrame: one group of records as it lies in a write-ahead log.
//
// Frame, little-endian, offsets in bytes; `sequence` is its own position in the log:
//
//   0        4          8        12     16         24        32
//   +--------+----------+--------+------+----------+---------+---------+---------+
//   | crc32c | previous | length | zero | sequence | durable | group   | 0 to 7  |
//   | u32    | u32      | u32    | u32  | u64      | u64     | `length`| zeros   |
//   +--------+----------+--------+------+----------+---------+---------+---------+
//
// crc32c covers bytes 4 to the end of the group.  `previous` is the crc32c of the
// frame before: a frame that an earlier crash left behind does not follow from the
// one that was written over its predecessor.  Everything before `durable` was synced
// when this frame was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace redbase::pf {

struct LogFrameHeader {
  uint32_t crc32c;
  uint32_t previous;
  uint32_t length;
  uint32_t zero;
  uint64_t sequence;
  uint64_t durable;
};
static_assert(offsetof(LogFrameHeader, previous) == 4);
static_assert(offsetof(LogFrameHeader, length) == 8);
static_assert(offsetof(LogFrameHeader, zero) == 12);
static_assert(offsetof(LogFrameHeader, sequence) == 16);
static_assert(offsetof(LogFrameHeader, durable) == 24);
static_assert(sizeof(LogFrameHeader) == 32);

inline constexpr size_t kLogFrameAlignment = 8;

// Of a frame whose group has this length.
inline constexpr uint64_t LogFrameBytes(uint64_t length) {
  const uint64_t bytes = sizeof(LogFrameHeader) + length;
  return (bytes + kLogFrameAlignment - 1) / kLogFrameAlignment * kLogFrameAlignment;
}

// Appends a frame; the crc32c of `header` is worked out and returned.
uint32_t AppendLogFrame(LogFrameHeader header, std::span<const std::byte> group, std::string* out);

// Whether the header's checksum is right for it and `group`.
bool IsLogFrame(const LogFrameHeader& header, std::span<const std::byte> group);

}  // namespace redbase::pf
