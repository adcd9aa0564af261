// WriteAheadLog: a log that survives the process, in files of the database's
// directory.
//
//   wal.control     where the last checkpoint is           (internal/log_control.h)
//   wal.<number>    the stream of groups, cut into pieces  (internal/log_segments.h)
//   wal.pages       copies of pages being written          (internal/double_write.h)
//
// A sequence is the position of a group's frame (internal/log_frame.h) in the stream.
// Append puts frames into a buffer; MakeDurable writes and syncs it, for everybody who
// waits at once (group commit).
//
// Life cycle:
//   opened     the end was found: the log may be read (ForEachGroup, ReadGroup,
//              ForEachPageCopy) to bring pages up to date, and appended to
//   failed     a sync failed: nothing more is made durable, ever.  A write that
//              failed is tried again by the next MakeDurable.
//
// A checkpoint is BeginCheckpoint, then every page changed so far written and synced,
// then CompleteCheckpoint: redo begins where the checkpoint began.  Changes go on
// meanwhile.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "common/cancel_token.h"
#include "common/check_report.h"
#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"
#include "pf/log.h"

namespace redbase::pf {

class WriteAheadLog : public Log {
  class Files;

 public:
  // Makes the log of a database whose pages have sequences below `first`.  The caller
  // syncs the directory.
  static Status Create(common::Env& env, const std::string& directory, uint64_t database_id,
                       uint64_t first);
  // kCorruption, naming the file, when a part that was durable is missing or damaged.
  static Result<std::unique_ptr<WriteAheadLog>> Open(common::Env& env, const std::string& directory,
                                                     uint64_t database_id);
  explicit WriteAheadLog(std::unique_ptr<Files> files);  // use Open
  ~WriteAheadLog() override;
  // Whether a file of this name belongs to a log.
  static bool IsFileName(std::string_view name);

  bool keeps_records() const override { return true; }
  uint64_t Append(std::span<const std::byte> group) override EXCLUDES(mutex_);
  // kIoError when the log cannot be written.
  Status MakeDurable(uint64_t sequence) override EXCLUDES(mutex_);
  // Takes the group back: it is as if it had never been appended.  False when it may be in
  // the files, or is not the last one.
  bool Retract(uint64_t sequence) EXCLUDES(mutex_);
  Status Accept(uint64_t sequence) override EXCLUDES(mutex_);
  Status BeginPageWrite(const PageWrite& write,
                        const std::function<Status()>& sync_written) override
      EXCLUDES(copies_mutex_);
  void EndPageWrite() override;
  size_t logged_first() const override { return logged_first_; }
  void SetLoggedFirst(size_t pages) { logged_first_ = pages; }
  bool BeginUnlogged() override EXCLUDES(unlogged_mutex_);
  void EndUnlogged() override EXCLUDES(unlogged_mutex_);
  // Waits until all changes without records are written; until EndCopy none are made.
  // kCancelled; `cancel` may be null.
  Status BeginCopy(const common::CancelToken* cancel) EXCLUDES(unlogged_mutex_);
  void EndCopy() EXCLUDES(unlogged_mutex_);

  // `alarm` is called once after each checkpoint when the log has grown by `bytes` since;
  // with locks of the log held.
  void SetAlarm(uint64_t bytes, std::function<void()> alarm) EXCLUDES(mutex_);

  // The sequence of the group that describes the last checkpoint, 0 without one, and
  // where redo begins.
  uint64_t checkpoint() const EXCLUDES(mutex_);
  uint64_t redo_from() const { return redo_from_.load(std::memory_order_acquire); }
  // What of a log recovery needs.
  struct RecoveryStart {
    uint64_t checkpoint = 0;
    uint64_t redo_from = 0;
    uint64_t keep_from = 0;  // undo asks for nothing before
  };
  // As the last checkpoint says.  Requires: none is being made.
  RecoveryStart recovery_start() const EXCLUDES(mutex_);
  // The sequence that the next group will have.
  uint64_t end() const EXCLUDES(mutex_);
  // The failure of a sync, if there was one.
  Status failure() const EXCLUDES(mutex_);

  // Whether the log, as it was found, says of the file that it does not have all its content.
  bool IsUnlogged(FileId file) const { return unlogged_files_.count(file) > 0; }

  using GroupVisitor = std::function<Status(uint64_t sequence, std::span<const std::byte> group)>;
  // Every group from `from` on, which is the sequence of one or the end.
  Status ForEachGroup(uint64_t from, const GroupVisitor& visit) EXCLUDES(mutex_);
  // kCorruption when there is none.
  Result<std::string> ReadGroup(uint64_t sequence) EXCLUDES(mutex_);
  // Copies of pages that may be torn in place, in the order they were made.
  Status ForEachPageCopy(
      const std::function<Status(FileId file, PageNum page, PageView copy)>& visit)
      EXCLUDES(copies_mutex_);

  // Makes a log in the directory that is a copy of this one from start.keep_from up to
  // `end`, where a group ends; the caller syncs the directory.  Groups may be appended
  // meanwhile.  `cancel` may be null.
  Status CopyTo(const std::string& directory, const RecoveryStart& start, uint64_t end,
                const common::CancelToken* cancel) EXCLUDES(mutex_);

  // Whether everything that somebody may still ask for can be read.  Requires: nobody
  // appends or makes a checkpoint.
  void Check(common::CheckReport* report) EXCLUDES(mutex_);

  // The sequence from which the checkpoint will let redo begin.
  uint64_t BeginCheckpoint() EXCLUDES(copies_mutex_, mutex_);
  // Requires: every change before `begun` is in its file, and synced.  `record` is the
  // sequence of the group that describes the checkpoint; nobody will ask for groups
  // before `keep_from`.
  Status CompleteCheckpoint(uint64_t begun, uint64_t record, uint64_t keep_from) EXCLUDES(mutex_);
  // Forgets page copies.  Requires: everything written in place is synced, and
  // nobody writes.
  Status ForgetPageCopies() EXCLUDES(copies_mutex_);

 private:
  Status Load() EXCLUDES(mutex_);
  // Of the buffer; empty when there is none.
  std::optional<std::string> BufferedGroup(uint64_t sequence) const REQUIRES(mutex_);
  // Takes what is buffered and writes it, without the lock meanwhile.
  Status WriteBuffered(bool sync) REQUIRES(mutex_);

  const std::unique_ptr<Files> files_;

  mutable common::Mutex mutex_;
  common::CondVar written_;
  std::string buffer_ GUARDED_BY(mutex_);  // frames, the first at buffered_from_
  std::string spare_ GUARDED_BY(mutex_);   // empty; the memory of what was written
  uint64_t buffered_from_ GUARDED_BY(mutex_) = 0;
  uint64_t end_ GUARDED_BY(mutex_) = 0;              // after the last frame
  uint64_t last_ GUARDED_BY(mutex_) = 0;             // the last frame, if one was appended
  uint32_t last_checksum_ GUARDED_BY(mutex_) = 0;    // of the last frame
  uint32_t checksum_before_ GUARDED_BY(mutex_) = 0;  // of the one before
  bool writing_ GUARDED_BY(mutex_) = false;          // somebody is, without the lock
  uint64_t writing_from_ GUARDED_BY(mutex_) = 0;     // up to buffered_from_, meanwhile
  Status failure_ GUARDED_BY(mutex_);
  uint64_t checkpoint_ GUARDED_BY(mutex_) = 0;
  uint64_t alarm_at_ GUARDED_BY(mutex_) = ~uint64_t{0};
  uint64_t alarm_bytes_ GUARDED_BY(mutex_) = 0;
  std::function<void()> alarm_ GUARDED_BY(mutex_);
  std::atomic<uint64_t> durable_{0};
  // Pages made from here on need no copy: redo makes them anew.
  std::atomic<uint64_t> redo_from_{0};
  std::atomic<uint64_t> unprotected_from_{0};

  // Shared by everybody between BeginPageWrite and EndPageWrite.
  common::Latch page_writes_;
  common::Mutex copies_mutex_;  // taken after page_writes_

  std::set<FileId> unlogged_files_;  // found by Load

  std::atomic<size_t> logged_first_{16};
  common::Mutex unlogged_mutex_;  // taken last
  common::CondVar unlogged_ended_;
  size_t unlogged_ GUARDED_BY(unlogged_mutex_) = 0;
  size_t copying_ GUARDED_BY(unlogged_mutex_) = 0;
};

}  // namespace redbase::pf
