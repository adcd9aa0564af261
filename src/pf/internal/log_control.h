// LogControl: where a log's last checkpoint is; the small file `wal.control`.
//
// The file has two slots, at 0 and 4096.  A new state goes to the slot that does
// not hold the last one, so a write that is torn leaves that one readable.
//
// Slot, little-endian, offsets in bytes:
//
//   0        4         8             16        24           32
//   +--------+---------+-------------+---------+------------+-----------+
//   | "RBWC" | version | database id | counter | checkpoint | redo from |
//   | u32    | u32     | u64         | u64     | u64        | u64       |
//   +--------+---------+-------------+---------+------------+-----------+
//   40          48        56       60
//   +-----------+---------+--------+--------+
//   | keep from | end     | zero   | crc32c |
//   | u64       | u64     | u32    | u32    |
//   +-----------+---------+--------+--------+
//
// crc32c covers bytes 0 to 59.  The slot with the greater counter counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "common/env.h"
#include "common/result.h"

namespace redbase::pf {

inline constexpr const char* kLogControlName = "wal.control";

struct LogControl {
  uint64_t checkpoint = 0;  // sequence of the group that describes it; 0: none yet
  uint64_t redo_from = 0;   // pages on the disk have every change before
  uint64_t keep_from = 0;   // nobody needs the log before
  uint64_t end = 0;         // the log is durable up to here at least

  bool operator==(const LogControl&) const = default;
};

// Not thread-safe.
class LogControlFile {
 public:
  // Makes the file and syncs it; the caller syncs the directory.
  static Status Create(common::Env& env, const std::string& directory, uint64_t database_id,
                       const LogControl& control);
  // kCorruption when it is missing, damaged, newer than this program or of another
  // database.
  static Result<std::unique_ptr<LogControlFile>> Open(common::Env& env,
                                                      const std::string& directory,
                                                      uint64_t database_id);
  LogControlFile(std::unique_ptr<common::File> file, uint64_t database_id)
      : file_(std::move(file)), database_id_(database_id) {}

  const LogControl& control() const { return control_; }
  // Returns once the new state survives a power cut.
  Status Write(const LogControl& control);

 private:
  Status Load();

  const std::unique_ptr<common::File> file_;
  const uint64_t database_id_;
  uint64_t counter_ = 0;
  LogControl control_;
};

}  // namespace redbase::pf
