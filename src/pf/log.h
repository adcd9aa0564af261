// Log: where the changes of mini-transactions go before their pages may.
//
// A mini-transaction hands over one group of records, redone as a whole or not
// at all.  NullLog keeps nothing; MemoryLog keeps the groups for tests and
// replays them; WriteAheadLog (pf/write_ahead_log.h) is the one that survives.
//
// Group format, little-endian: records one after another, at most one for each
// page (several changes of a page travel as one record, op kSeveralOps of
// pf/internal/page_ops.h), each
//
//   0         4          8          10      12         16
//   +---------+----------+----------+-------+----------+----------+
//   | file id | page num | op code  | zero  | length   | payload  |
//   | u32     | u32      | u16      | u16   | u32      | `length` |
//   +---------+----------+----------+-------+----------+----------+
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/status.h"
#include "common/sync.h"
#include "pf/page.h"
#include "pf/page_op.h"

namespace redbase::pf {

struct LogRecordHeader {
  FileId file_id;
  PageNum page_num;
  PageOpCode op;
  uint16_t zero;
  uint32_t length;
};
static_assert(offsetof(LogRecordHeader, page_num) == 4);
static_assert(offsetof(LogRecordHeader, op) == 8);
static_assert(offsetof(LogRecordHeader, zero) == 10);
static_assert(offsetof(LogRecordHeader, length) == 12);
static_assert(sizeof(LogRecordHeader) == 16);

void AppendLogRecord(const LogRecordHeader& header, std::span<const std::byte> payload,
                     std::string* group);
// kCorruption when the group ends within a record; else the first failure of
// `visit`.
Status ForEachLogRecord(
    std::span<const std::byte> group,
    const std::function<Status(const LogRecordHeader&, std::span<const std::byte> payload)>& visit);

// No op: the log does not have all of the file's content from here on (UnloggedPages).
inline constexpr PageOpCode kUnloggedContent{0x0007};
// No op: these pages (u32 each) of the file are on the disk with such content.
inline constexpr PageOpCode kUnloggedWritten{0x0008};

// Neighbouring pages of one file about to be written in place.
struct PageWrite {
  FileId file;
  PageNum first;
  size_t page_size;
  std::span<const std::byte> pages;  // sealed
  // Least sequence at which the file became longer by one of the pages; 0 when one of
  // them has been read from the disk or was used before.
  uint64_t made_since;
};

class Log {
 public:
  virtual ~Log() = default;

  // False when records would be thrown away: then nobody builds them, and
  // Append is called with an empty group.
  virtual bool keeps_records() const = 0;
  // Takes one group; its sequence, greater than every one before.
  virtual uint64_t Append(std::span<const std::byte> group) = 0;
  // Returns once every group up to `sequence` survives a power cut.
  virtual Status MakeDurable(uint64_t sequence) = 0;
  // A page was read that has this sequence: those given from now on are greater.
  // kCorruption when it cannot be, since the log ends before.
  virtual Status Accept(uint64_t sequence) = 0;

  // Around every write of pages in place: whatever becomes of it in a power cut can be
  // repaired.  `sync_written` syncs all files of this log that were written before.
  // EndPageWrite follows a success.
  virtual Status BeginPageWrite(const PageWrite& /*write*/,
                                const std::function<Status()>& /*sync_written*/) {
    return {};
  }
  virtual void EndPageWrite() {}

  // For UnloggedPages: how many pages are logged first; and whether changes without records
  // may be made now, which EndUnlogged follows.
  virtual size_t logged_first() const { return SIZE_MAX; }
  virtual bool BeginUnlogged() { return false; }
  virtual void EndUnlogged() {}
};

class NullLog : public Log {
 public:
  bool keeps_records() const override { return false; }
  uint64_t Append(std::span<const std::byte> /*group*/) override {
    return next_.fetch_add(1, std::memory_order_relaxed);
  }
  Status MakeDurable(uint64_t /*sequence*/) override { return {}; }
  Status Accept(uint64_t sequence) override;
  // Greater than every sequence given.
  uint64_t next() const { return next_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> next_{1};
};

class MemoryLog : public Log {
 public:
  bool keeps_records() const override { return true; }
  uint64_t Append(std::span<const std::byte> group) override EXCLUDES(mutex_);
  Status MakeDurable(uint64_t /*sequence*/) override { return {}; }
  Status Accept(uint64_t sequence) override EXCLUDES(mutex_);

  // Calls `redo` for every record in order, with the group's sequence.
  Status Replay(const std::function<Status(uint64_t sequence, const LogRecordHeader&,
                                           std::span<const std::byte> payload)>& redo)
      EXCLUDES(mutex_);

 private:
  struct Group {
    uint64_t sequence;
    std::string records;
  };
  common::Mutex mutex_;
  uint64_t next_ GUARDED_BY(mutex_) = 1;
  std::vector<Group> groups_ GUARDED_BY(mutex_);
};

}  // namespace redbase::pf
