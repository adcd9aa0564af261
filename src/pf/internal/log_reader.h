// LogReader: the frames of a write-ahead log one after another, up to its end.
//
// The end is where the next frame is not whole, or does not follow from the one
// before: what a power cut has left of frames that nobody synced.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/result.h"
#include "pf/internal/log_frame.h"
#include "pf/internal/log_segments.h"

namespace redbase::pf {

class LogReader {
 public:
  // Bytes read at a time.
  static constexpr size_t kManyGroups = size_t{256} << 10;
  static constexpr size_t kOneGroup = size_t{4} << 10;

  LogReader(LogSegments& segments, uint64_t from, size_t read_bytes = kManyGroups)
      : segments_(segments), read_bytes_(read_bytes), next_(from) {}

  // The next group, good until the next call; false at the end.
  Result<bool> Next(std::span<const std::byte>* group);
  uint64_t sequence() const { return header_.sequence; }
  // Where the next frame begins, or would.
  uint64_t position() const { return next_; }
  // Of the last frame; 0 before the first.
  uint32_t checksum() const { return checksum_.value_or(0); }
  // kCorruption, naming the file, when the log goes on behind position(): a later frame says that
  // what is missing here was synced.
  Status CheckEnd();
  // That the log is damaged at position().
  Status Damaged(const std::string& evidence) const;

 private:
  // The bytes from next_ on, at least `count` if there are so many.
  Result<std::span<const std::byte>> Window(size_t count);

  LogSegments& segments_;
  const size_t read_bytes_;
  uint64_t next_;
  LogFrameHeader header_{};
  std::optional<uint32_t> checksum_;
  std::string window_;
  uint64_t window_from_ = 0;
};

}  // namespace redbase::pf
