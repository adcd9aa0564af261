// Log: where the changes of mini-transactions go before their pages may.
//
// A mini-transaction hands over one group of records, redone as a whole or not
// at all.  NullLog keeps nothing; MemoryLog keeps the groups for tests and
// replays them.
//
// Group format, little-endian: records one after another, each
//
//   0         4          8          10      12         16
//   +---------+----------+----------+-------+----------+----------+
//   | file id | page num | op code  | zero  | length   | payload  |
//   | u32     | u32      | u16      | u16   | u32      | `length` |
//   +---------+----------+----------+-------+----------+----------+
#pragma once

#include <atomic>
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
static_assert(sizeof(LogRecordHeader) == 16);

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
};

class NullLog : public Log {
 public:
  bool keeps_records() const override { return false; }
  uint64_t Append(std::span<const std::byte> /*group*/) override {
    return next_.fetch_add(1, std::memory_order_relaxed);
  }
  Status MakeDurable(uint64_t /*sequence*/) override { return {}; }
  // Sequences go on from the highest one seen in the files.
  void Raise(uint64_t at_least);

 private:
  std::atomic<uint64_t> next_{1};
};

class MemoryLog : public Log {
 public:
  bool keeps_records() const override { return true; }
  uint64_t Append(std::span<const std::byte> group) override EXCLUDES(mutex_);
  Status MakeDurable(uint64_t /*sequence*/) override { return {}; }

  // Calls `redo` for every record in order, with the group's sequence.
  Status Replay(const std::function<Status(uint64_t sequence, const LogRecordHeader&,
                                           std::span<const std::byte> payload)>& redo)
      EXCLUDES(mutex_);

 private:
  common::Mutex mutex_;
  std::vector<std::string> groups_ GUARDED_BY(mutex_);
};

}  // namespace redbase::pf
