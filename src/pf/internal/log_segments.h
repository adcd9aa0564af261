// LogSegments: the files that a write-ahead log lies in, one stream of bytes cut
// into pieces.
//
// A segment is a file `wal.<number>`; numbers rise by one along the stream.  It has
// its full length before the first byte of the stream goes there, and is filled with
// zeros unless much is about to be written, so that syncing a commit changes no
// metadata.  Segments that nobody needs any more are spares: the next one
// is made by renaming one of them.
//
// Segment file, little-endian, offsets in bytes:
//
//   0        4         8             16       24      32      40       44       512
//   +--------+---------+-------------+--------+-------+-------+--------+--------+----
//   | "RBWS" | version | database id | number | first | bytes | crc32c | zeros  | ...
//   | u32    | u32     | u64         | u64    | u64   | u64   | u32    |        |
//   +--------+---------+-------------+--------+-------+-------+--------+--------+----
//
// crc32c covers bytes 0 to 39.  From 512 on the segment holds the `bytes` bytes of
// the stream that begin at position `first`.
//
// One thread at a time changes them; others may read meanwhile what is not recycled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"

namespace redbase::pf {

class LogSegments {
 public:
  static constexpr uint64_t kHeaderBytes = 512;
  // Each segment is four times as long as the one before, within these.
  static constexpr uint64_t kLeastBytes = uint64_t{256} << 10;
  static constexpr uint64_t kMostBytes = uint64_t{16} << 20;
  // Spares beyond this many bytes are removed.
  static constexpr uint64_t kSpareBytes = uint64_t{64} << 20;

  // The number in the name of a segment; nullopt for any other name.
  static std::optional<uint64_t> ParseName(std::string_view name);

  LogSegments(common::Env& env, std::string directory, uint64_t database_id)
      : env_(env), directory_(std::move(directory)), database_id_(database_id) {}

  // Finds the segments that hold the stream from `keep_from` on.  kCorruption when
  // one in the middle is missing or damaged.
  Status Open(uint64_t keep_from) EXCLUDES(mutex_);
  // The first position of the stream that no segment holds, nullopt without any.
  std::optional<uint64_t> end() const EXCLUDES(mutex_);

  // The path of the file that holds this position, or of the directory.
  std::string PathAt(uint64_t position) const EXCLUDES(mutex_);
  // Writes at a position at or before end(), making segments as needed; without any,
  // the first begins at `position`.
  Status Write(uint64_t position, std::span<const std::byte> bytes) EXCLUDES(mutex_);
  // What was written survives a power cut.
  Status Sync() EXCLUDES(mutex_);
  // Reads what the segments hold from `position` on; how many bytes there were.
  Result<size_t> Read(uint64_t position, std::span<std::byte> out) const EXCLUDES(mutex_);
  // Segments that end at or before `keep_from` become spares.
  Status Recycle(uint64_t keep_from) EXCLUDES(mutex_);

 private:
  struct Segment {
    uint64_t number = 0;
    uint64_t first = 0;
    uint64_t bytes = 0;
    std::shared_ptr<common::File> file{};

    uint64_t end() const { return first + bytes; }
  };

  std::string PathOf(uint64_t number) const;
  // Nullopt when the file has no header that is whole, or is shorter than that says.
  Result<std::optional<Segment>> ReadHeader(uint64_t number);
  // A segment without a header may only be one that was being made.
  Status CheckUnused(uint64_t number, uint64_t keep_from);
  Status WriteHeader(const Segment& segment);
  // Adds the segment that begins at `position`; `filled` with zeros if it is new.
  Status Extend(uint64_t position, bool filled) EXCLUDES(mutex_);
  Result<std::unique_ptr<common::File>> MakeFile(const Segment& segment, bool filled);
  static Status FillWithZeros(common::File& file, uint64_t length);
  // Null when no segment holds the position.
  const Segment* Find(uint64_t position) const REQUIRES(mutex_);
  std::optional<Segment> At(uint64_t position) const EXCLUDES(mutex_);
  Status RemoveSurplus();

  common::Env& env_;
  const std::string directory_;
  const uint64_t database_id_;
  mutable common::Mutex mutex_;
  std::deque<Segment> live_ GUARDED_BY(mutex_);  // in the order of the stream
  std::vector<Segment> spares_;
  std::map<uint64_t, std::shared_ptr<common::File>> unsynced_;  // written, by number
  uint64_t next_number_ = 1;
};

}  // namespace redbase::pf
