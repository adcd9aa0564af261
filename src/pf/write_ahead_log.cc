#include "pf/write_ahead_log.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "pf/internal/double_write.h"
#include "pf/internal/log_control.h"
#include "pf/internal/log_frame.h"
#include "pf/internal/log_reader.h"
#include "pf/internal/log_segments.h"

namespace redbase::pf {

namespace {

// Whoever makes the buffer longer than this writes it.
constexpr size_t kBufferBytes = size_t{1} << 20;
// A token can wake nobody.
constexpr int64_t kCancelMicros = 10000;

Status NoGroup(uint64_t sequence) {
  return {Code::kCorruption, "the log has no group at " + std::to_string(sequence)};
}

}  // namespace

class WriteAheadLog::Files {
 public:
  Files(common::Env& its_env, const std::string& directory, uint64_t id,
        std::unique_ptr<LogControlFile> control_file)
      : env(its_env),
        database_id(id),
        control(std::move(control_file)),
        segments(env, directory, id),
        copies(env, directory, id) {}

  common::Env& env;
  const uint64_t database_id;
  const std::unique_ptr<LogControlFile> control;
  LogSegments segments;
  DoubleWriteArea copies;
};

Status WriteAheadLog::Create(common::Env& env, const std::string& directory, uint64_t database_id,
                             uint64_t first) {
  const uint64_t start = LogFrameBytes(first);
  return LogControlFile::Create(env, directory, database_id, {0, start, start, start});
}

Result<std::unique_ptr<WriteAheadLog>> WriteAheadLog::Open(common::Env& env,
                                                           const std::string& directory,
                                                           uint64_t database_id) {
  ASSIGN_OR_RETURN(auto control, LogControlFile::Open(env, directory, database_id));
  auto log = std::make_unique<WriteAheadLog>(
      std::make_unique<Files>(env, directory, database_id, std::move(control)));
  RETURN_IF_ERROR(log->Load());
  return log;
}

WriteAheadLog::WriteAheadLog(std::unique_ptr<Files> files) : files_(std::move(files)) {}
WriteAheadLog::~WriteAheadLog() = default;

bool WriteAheadLog::IsFileName(std::string_view name) {
  return name == kLogControlName || name == kDoubleWriteName ||
         LogSegments::ParseName(name).has_value();
}

Status WriteAheadLog::Load() {
  const LogControl& control = files_->control->control();
  RETURN_IF_ERROR(files_->segments.Open(control.keep_from));
  LogReader reader(files_->segments, control.redo_from);
  std::span<const std::byte> group;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&group));
    if (!more) {
      break;
    }
    // Such a record is a group of its own.
    if (group.size() == sizeof(LogRecordHeader)) {
      const auto record = LoadAs<LogRecordHeader>(group.data());
      if (record.op == kUnloggedContent) {
        unlogged_files_.insert(record.file_id);
      }
    }
  }
  RETURN_IF_ERROR(reader.CheckEnd());
  if (reader.position() < control.end) {
    return reader.Damaged("it was complete up to " + std::to_string(control.end));
  }
  const common::MutexLock lock(mutex_);
  buffered_from_ = end_ = reader.position();
  last_checksum_ = reader.checksum();
  checkpoint_ = control.checkpoint;
  durable_ = end_;
  redo_from_ = control.redo_from;
  unprotected_from_ = control.redo_from;
  return {};
}

uint64_t WriteAheadLog::Append(std::span<const std::byte> group) {
  const common::MutexLock lock(mutex_);
  while (writing_ && buffer_.size() > 4 * kBufferBytes) {
    written_.Wait(mutex_);
  }
  const uint64_t sequence = end_;
  last_ = sequence;
  checksum_before_ = last_checksum_;
  last_checksum_ =
      AppendLogFrame({0, last_checksum_, 0, 0, sequence, durable_.load()}, group, &buffer_);
  end_ = buffered_from_ + buffer_.size();
  if (end_ > alarm_at_) [[unlikely]] {
    alarm_at_ = ~uint64_t{0};
    alarm_();
  }
  if (buffer_.size() > kBufferBytes && !writing_) {
    // What fails is tried again, and reported, by MakeDurable.
    static_cast<void>(WriteBuffered(/*sync=*/false));
  }
  return sequence;
}

Status WriteAheadLog::WriteBuffered(bool sync) {
  if (!failure_.ok()) {
    return failure_;
  }
  std::string bytes = std::exchange(buffer_, std::move(spare_));
  const uint64_t from = buffered_from_;
  writing_from_ = from;
  buffered_from_ = end_;
  writing_ = true;
  mutex_.Unlock();
  Status written = files_->segments.Write(from, AsBytes(bytes));
  Status synced;
  if (written.ok() && sync) {
    synced = files_->segments.Sync();
  }
  mutex_.Lock();
  writing_ = false;
  if (!written.ok()) {
    buffer_.insert(0, bytes);
    buffered_from_ = from;
  } else if (!synced.ok()) {
    // What the system could not write it may have forgotten: trying again proves nothing.
    failure_ = std::move(synced).Annotate("the log cannot be written any more");
    written = failure_;
  } else if (sync) {
    durable_.store(from + bytes.size(), std::memory_order_release);
  }
  bytes.clear();
  spare_ = std::move(bytes);
  written_.NotifyAll();
  return written;
}

Status WriteAheadLog::MakeDurable(uint64_t sequence) {
  if (sequence < durable_.load(std::memory_order_acquire)) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  while (sequence >= durable_.load()) {
    if (!failure_.ok()) {
      return failure_;
    }
    if (writing_) {
      written_.Wait(mutex_);
    } else {
      RETURN_IF_ERROR(WriteBuffered(/*sync=*/true));
    }
  }
  return {};
}

// A write that failed stops before the end of what it was given, and the last frame is
// the end.
bool WriteAheadLog::Retract(uint64_t sequence) {
  const common::MutexLock lock(mutex_);
  if (writing_ || !failure_.ok() || sequence != last_ || sequence < buffered_from_ ||
      sequence >= end_) {
    return false;
  }
  buffer_.resize(sequence - buffered_from_);
  end_ = sequence;
  last_checksum_ = checksum_before_;
  return true;
}

Status WriteAheadLog::Accept(uint64_t sequence) {
  if (sequence < durable_.load(std::memory_order_acquire)) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  return sequence < end_
             ? Status()
             : Status(Code::kCorruption, "changed at " + std::to_string(sequence) +
                                             ", but the log ends at " + std::to_string(end_));
}

Status WriteAheadLog::BeginPageWrite(
    const PageWrite& write, const std::function<Status()>& sync_written) NO_THREAD_SAFETY_ANALYSIS {
  page_writes_.LockShared();
  if (write.made_since != 0 && write.made_since >= unprotected_from_.load()) {
    return {};
  }
  while (true) {
    {
      const common::MutexLock lock(copies_mutex_);
      if (files_->copies.Fits(write.pages.size())) {
        Status copied = files_->copies.Copy(write.file, write.first, write.page_size, write.pages,
                                            unprotected_from_.load());
        if (!copied.ok()) {
          page_writes_.UnlockShared();
        }
        return copied;
      }
    }
    page_writes_.UnlockShared();
    page_writes_.LockExclusive();
    Status synced;
    {
      const common::MutexLock lock(copies_mutex_);
      if (!files_->copies.Fits(write.pages.size())) {
        synced = sync_written();
        if (synced.ok()) {
          files_->copies.Restart();
        }
      }
    }
    page_writes_.UnlockExclusive();
    RETURN_IF_ERROR(synced);
    page_writes_.LockShared();
  }
}

void WriteAheadLog::EndPageWrite() NO_THREAD_SAFETY_ANALYSIS { page_writes_.UnlockShared(); }

bool WriteAheadLog::BeginUnlogged() {
  const common::MutexLock lock(unlogged_mutex_);
  unlogged_ += copying_ == 0 ? 1 : 0;
  return copying_ == 0;
}

void WriteAheadLog::EndUnlogged() {
  const common::MutexLock lock(unlogged_mutex_);
  --unlogged_;
  unlogged_ended_.NotifyAll();
}

Status WriteAheadLog::BeginCopy(const common::CancelToken* cancel) {
  const common::MutexLock lock(unlogged_mutex_);
  ++copying_;
  while (unlogged_ > 0) {
    if (Status status = cancel != nullptr ? cancel->Check() : Status(); !status.ok()) {
      --copying_;
      return status;
    }
    unlogged_ended_.WaitFor(unlogged_mutex_, kCancelMicros);
  }
  return {};
}

void WriteAheadLog::EndCopy() {
  const common::MutexLock lock(unlogged_mutex_);
  --copying_;
}

void WriteAheadLog::SetAlarm(uint64_t bytes, std::function<void()> alarm) {
  const common::MutexLock lock(mutex_);
  alarm_bytes_ = bytes;
  alarm_ = std::move(alarm);
  alarm_at_ = redo_from_.load() + bytes;
}

uint64_t WriteAheadLog::checkpoint() const {
  const common::MutexLock lock(mutex_);
  return checkpoint_;
}

WriteAheadLog::RecoveryStart WriteAheadLog::recovery_start() const {
  const common::MutexLock lock(mutex_);
  const LogControl& control = files_->control->control();
  return {control.checkpoint, control.redo_from, control.keep_from};
}

uint64_t WriteAheadLog::end() const {
  const common::MutexLock lock(mutex_);
  return end_;
}

Status WriteAheadLog::failure() const {
  const common::MutexLock lock(mutex_);
  return failure_;
}

Status WriteAheadLog::ForEachGroup(uint64_t from, const GroupVisitor& visit) {
  const uint64_t end = this->end();
  LogReader reader(files_->segments, from);
  std::span<const std::byte> group;
  while (reader.position() < end) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&group));
    if (!more) {
      return reader.Damaged("it was read before");
    }
    RETURN_IF_ERROR(visit(reader.sequence(), group));
  }
  return {};
}

Status WriteAheadLog::CopyTo(const std::string& directory, const RecoveryStart& start, uint64_t end,
                             const common::CancelToken* cancel) {
  RETURN_IF_ERROR(MakeDurable(end - 1));
  LogSegments copy(files_->env, directory, files_->database_id);
  std::vector<std::byte> buffer(std::min<uint64_t>(kBufferBytes, end - start.keep_from));
  for (uint64_t at = start.keep_from; at < end; at += buffer.size()) {
    if (cancel != nullptr) {
      RETURN_IF_ERROR(cancel->Check());
    }
    const auto piece = std::span(buffer).first(std::min<uint64_t>(buffer.size(), end - at));
    ASSIGN_OR_RETURN(const size_t got, files_->segments.Read(at, piece));
    if (got < piece.size()) {
      return {Code::kCorruption,
              files_->segments.PathAt(at + got) + ": the log ends before " + std::to_string(end)};
    }
    RETURN_IF_ERROR(copy.Write(at, piece));
  }
  RETURN_IF_ERROR(copy.Sync());
  return LogControlFile::Create(files_->env, directory, files_->database_id,
                                {start.checkpoint, start.redo_from, start.keep_from, end});
}

void WriteAheadLog::Check(common::CheckReport* report) {
  const common::MutexLock lock(mutex_);
  while (writing_) {
    written_.Wait(mutex_);
  }
  LogReader reader(files_->segments, files_->control->control().keep_from);
  std::span<const std::byte> group;
  while (reader.position() < buffered_from_) {
    const Result<bool> more = reader.Next(&group);
    if (!more.ok() || !*more) {
      report->Note(more.ok() ? reader.Damaged("it goes on to " + std::to_string(buffered_from_))
                             : more.status());
      return;
    }
  }
}

Result<std::string> WriteAheadLog::ReadGroup(uint64_t sequence) {
  {
    const common::MutexLock lock(mutex_);
    while (writing_ && sequence >= writing_from_ && sequence < buffered_from_) {
      written_.Wait(mutex_);
    }
    if (sequence >= buffered_from_) {
      std::optional<std::string> group = BufferedGroup(sequence);
      return group ? Result<std::string>(*std::move(group)) : NoGroup(sequence);
    }
  }
  LogReader reader(files_->segments, sequence, LogReader::kOneGroup);
  std::span<const std::byte> group;
  ASSIGN_OR_RETURN(const bool found, reader.Next(&group));
  return found ? Result<std::string>(std::string(AsChars(group))) : NoGroup(sequence);
}

std::optional<std::string> WriteAheadLog::BufferedGroup(uint64_t sequence) const {
  const std::span<const std::byte> rest =
      AsBytes(buffer_).subspan(std::min<uint64_t>(sequence - buffered_from_, buffer_.size()));
  if (rest.size() < sizeof(LogFrameHeader)) {
    return std::nullopt;
  }
  const auto header = LoadAs<LogFrameHeader>(rest.data());
  const std::span<const std::byte> bytes = rest.subspan(sizeof(header));
  if (header.sequence != sequence || header.length > bytes.size() ||
      !IsLogFrame(header, bytes.first(header.length))) {
    return std::nullopt;
  }
  return std::string(AsChars(bytes.first(header.length)));
}

Status WriteAheadLog::ForEachPageCopy(
    const std::function<Status(FileId file, PageNum page, PageView copy)>& visit) {
  const common::MutexLock lock(copies_mutex_);
  return files_->copies.ForEachCopy(redo_from(), visit);
}

uint64_t WriteAheadLog::BeginCheckpoint() NO_THREAD_SAFETY_ANALYSIS {
  // Writes that rely on redo from the last checkpoint on are over then.
  page_writes_.LockExclusive();
  const uint64_t begun = end();
  unprotected_from_.store(begun);
  page_writes_.UnlockExclusive();
  return begun;
}

Status WriteAheadLog::CompleteCheckpoint(uint64_t begun, uint64_t record, uint64_t keep_from) {
  RETURN_IF_ERROR(MakeDurable(record));
  const common::MutexLock lock(mutex_);
  while (writing_) {
    written_.Wait(mutex_);
  }
  writing_ = true;
  const LogControl control{record, begun, keep_from, durable_.load()};
  mutex_.Unlock();
  Status status = files_->control->Write(control);
  if (status.ok()) {
    status = files_->segments.Recycle(keep_from);
  }
  mutex_.Lock();
  writing_ = false;
  written_.NotifyAll();
  if (status.ok()) {
    checkpoint_ = record;
    redo_from_.store(begun, std::memory_order_release);
    alarm_at_ = alarm_ ? begun + alarm_bytes_ : alarm_at_;
  }
  return status;
}

Status WriteAheadLog::ForgetPageCopies() {
  const common::MutexLock lock(copies_mutex_);
  return files_->copies.Clear();
}

}  // namespace redbase::pf
