#include "tx/recovery.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "pf/mini_transaction.h"

namespace redbase::tx {

namespace {

// A page as it lies in its file; nullopt when the file ends before.
Result<std::optional<std::string>> ReadRaw(common::File& file, uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(const size_t got,
                   file.ReadSome(offset, std::as_writable_bytes(std::span(bytes))));
  return got == size ? std::optional(std::move(bytes)) : std::nullopt;
}

bool IsWhole(std::string_view page, const pf::PageHeader& expected) {
  const pf::PageHeader header = pf::ReadPageHeader(AsBytes(page));
  return header.crc32c == common::Crc32c(AsBytes(page).subspan(sizeof(header.crc32c))) &&
         header.page_num == expected.page_num && header.file_id == expected.file_id;
}

}  // namespace

RecoveryReport& RecoveryReport::operator+=(const RecoveryReport& other) {
  was_needed = was_needed || other.was_needed;
  log_bytes += other.log_bytes;
  page_changes += other.page_changes;
  pages_repaired += other.pages_repaired;
  taken_back += other.taken_back;
  micros += other.micros;
  return *this;
}

Status Recovery::Redo() {
  common::Env& env = pool_.env();
  const int64_t begun = env.MonotonicMicros();
  const uint64_t from = log_.log().redo_from();
  RETURN_IF_ERROR(LoadCheckpoint());
  bool has_groups = false;
  RETURN_IF_ERROR(log_.log().ForEachGroup(
      from, [&](uint64_t sequence, std::span<const std::byte> /*group*/) -> Status {
        has_groups = has_groups || sequence != log_.log().checkpoint();
        return {};
      }));
  report_.was_needed = has_groups || !active_.empty();
  if (report_.was_needed) {
    RETURN_IF_ERROR(RepairPages());
    RETURN_IF_ERROR(
        log_.log().ForEachGroup(from, [this](uint64_t sequence, std::span<const std::byte> group) {
          return RedoGroup(sequence, group);
        }));
    RETURN_IF_ERROR(CloseFiles());
  }
  report_.log_bytes = log_.log().end() - from;
  report_.micros = env.MonotonicMicros() - begun;
  log_.next_transaction_ = std::max(log_.next_transaction_.load(), next_transaction_);
  const uint64_t end = log_.log().end();
  const common::MutexLock lock(log_.mutex_);
  log_.clean_end_ = report_.was_needed ? 0 : end;
  return {};
}

Status Recovery::LoadCheckpoint() {
  const uint64_t sequence = log_.log().checkpoint();
  if (sequence == 0) {
    return {};
  }
  ASSIGN_OR_RETURN(const std::string group, log_.log().ReadGroup(sequence));
  return pf::ForEachLogRecord(
      AsBytes(group),
      [this](const pf::LogRecordHeader& header, std::span<const std::byte> payload) -> Status {
        if (header.op != kCheckpointRecord) {
          return {Code::kCorruption, "the log has no checkpoint where there should be one"};
        }
        ASSIGN_OR_RETURN(const CheckpointEntry entry, DecodeCheckpoint(payload));
        next_transaction_ = entry.next_transaction;
        for (const ActiveTransaction& active : entry.active) {
          active_[active.id] = active;
        }
        const common::MutexLock lock(log_.mutex_);
        log_.decided_.insert(entry.decided.begin(), entry.decided.end());
        return {};
      });
}

// The copies are in the order they were made: the last whole one of a page counts.
Status Recovery::RepairPages() {
  std::map<std::pair<pf::FileId, PageNum>, std::string> copies;
  RETURN_IF_ERROR(log_.log().ForEachPageCopy(
      [&copies](pf::FileId file, PageNum page, pf::PageView copy) -> Status {
        std::string& known = copies[{file, page}];
        if (known.empty() ||
            pf::ReadPageHeader(AsBytes(known)).sequence <= pf::ReadPageHeader(copy).sequence) {
          known = AsChars(copy);
        }
        return {};
      }));
  for (const auto& [page, copy] : copies) {
    RETURN_IF_ERROR(RepairPage(page.first, page.second, AsBytes(copy)));
  }
  return {};
}

Status Recovery::RepairPage(pf::FileId id, PageNum page, pf::PageView copy) {
  const std::optional<std::string> path = files_.PathOf(id);
  if (!path) {
    return {};
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<common::File> file,
                   pool_.env().Open(*path, common::OpenMode::kReadWrite));
  const uint64_t offset = uint64_t{static_cast<uint32_t>(page)} * copy.size();
  ASSIGN_OR_RETURN(const std::optional<std::string> there, ReadRaw(*file, offset, copy.size()));
  if (there && IsWhole(*there, pf::ReadPageHeader(copy))) {
    return {};
  }
  RETURN_IF_ERROR(file->Write(offset, copy));
  remade_[{id, page}] = pf::ReadPageHeader(copy).sequence;
  ++report_.pages_repaired;
  return file->Sync();
}

Status Recovery::RedoGroup(uint64_t sequence, std::span<const std::byte> group) {
  return pf::ForEachLogRecord(
      group, [&](const pf::LogRecordHeader& header, std::span<const std::byte> payload) {
        return IsTransactionRecord(header.op) ? Note(sequence, header, payload)
                                              : RedoPage(sequence, header, payload);
      });
}

Result<pf::PageFile*> Recovery::Open(pf::FileId id) {
  const auto found = open_.find(id);
  if (found != open_.end()) {
    return found->second.get();
  }
  std::unique_ptr<pf::PageFile> file;
  if (const std::optional<std::string> path = files_.PathOf(id)) {
    ASSIGN_OR_RETURN(file, pf::PageFile::Open(pool_, *path, files_.IdentityOf(id)));
  }
  return (open_[id] = std::move(file)).get();
}

Status Recovery::RedoPage(uint64_t sequence, const pf::LogRecordHeader& header,
                          std::span<const std::byte> payload) {
  ASSIGN_OR_RETURN(pf::PageFile* const file, Open(header.file_id));
  if (file == nullptr) {  // it was removed later
    return {};
  }
  if (header.op == pf::kUnloggedContent) {
    return {};  // see NoteFileCreated
  }
  if (header.op == pf::kUnloggedWritten) {
    return CheckWritten(*file, sequence, payload);
  }
  ++report_.page_changes;
  ASSIGN_OR_RETURN(const bool is_made, pf::Redo(*file, sequence, header, payload));
  if (is_made) {
    remade_[{header.file_id, header.page_num}] = 0;
  }
  return {};
}

// A copy that is older than the record may be one of the page before it had all its content.
Status Recovery::CheckWritten(const pf::PageFile& file, uint64_t sequence,
                              std::span<const std::byte> pages) const {
  for (ByteReader reader(pages); !reader.rest().empty();) {
    const auto page = reader.Get<PageNum>();
    const auto remade = remade_.find({file.id(), page});
    if (remade != remade_.end() && remade->second < sequence) {
      return {Code::kCorruption, file.path() + ": page " +
                                     std::to_string(static_cast<uint32_t>(page)) +
                                     ": damaged, and the log does not have what it held"};
    }
  }
  return {};
}

// A file whose first page is not whole has none that counts: all were made after this.  But one
// of which the log does not have all was there, whole, when the log said so.
Status Recovery::NoteFileCreated(const CreatedFile& created) {
  const bool is_unlogged = log_.log().IsUnlogged(created.file);
  if (is_unlogged && !files_.PathOf(created.file)) {
    open_[created.file] = nullptr;  // it was removed later
    return {};
  }
  const std::string path = files_.PathOfName(created.name);
  const pf::PageFileIdentity identity = files_.IdentityOf(created.file);
  if (pool_.env().Exists(path)) {
    Result<std::unique_ptr<pf::PageFile>> file = pf::PageFile::Open(pool_, path, identity);
    if (file.ok()) {
      open_[created.file] = *std::move(file);
      return {};
    }
    if (file.status().code() != Code::kCorruption || is_unlogged) {
      return std::move(file).status();
    }
    RETURN_IF_ERROR(pool_.env().RemoveFile(path));
  }
  ASSIGN_OR_RETURN(open_[created.file],
                   pf::PageFile::Create(pool_, path, identity, created.page_size));
  return {};
}

Status Recovery::CloseFiles() {
  Status status;
  for (auto& [id, file] : open_) {
    if (file != nullptr) {
      status.Update(file->Close());
    }
  }
  open_.clear();
  return status;
}

ActiveTransaction& Recovery::Entry(TransactionId id) {
  next_transaction_ = std::max(next_transaction_, static_cast<uint64_t>(id) + 1);
  ActiveTransaction& entry = active_[id];
  entry.id = id;
  return entry;
}

Status Recovery::Note(uint64_t sequence, const pf::LogRecordHeader& header,
                      std::span<const std::byte> payload) {
  if (header.op == kUndoRecord) {
    ASSIGN_OR_RETURN(const UndoEntry undo, DecodeUndo(header.file_id, payload));
    ActiveTransaction& entry = Entry(undo.transaction);
    entry.last_undo = sequence;
    entry.first_undo = entry.first_undo == 0 ? sequence : entry.first_undo;
    return {};
  }
  if (header.op == kFileCreatedRecord) {
    ASSIGN_OR_RETURN(const CreatedFile created, DecodeFileCreated(header.file_id, payload));
    return NoteFileCreated(created);
  }
  if (header.op == kCheckpointRecord) {
    return {};
  }
  ASSIGN_OR_RETURN(const NumberPair pair, DecodePair(payload));
  return NoteEnd(header, pair);
}

Status Recovery::NoteEnd(const pf::LogRecordHeader& header, NumberPair pair) {
  const GlobalId global{pair.second};
  if (header.op == kUndoneRecord) {
    Entry(pair.transaction).last_undo = pair.second;
  } else if (header.op == kPrepareRecord) {
    Entry(pair.transaction).global = global;
  } else if (header.op == kForgetRecord) {
    const common::MutexLock lock(log_.mutex_);
    log_.decided_.erase(global);
  } else {
    active_.erase(pair.transaction);
    if (header.op == kCommitRecord && global != kNoGlobalId) {
      const common::MutexLock lock(log_.mutex_);
      log_.decided_.insert(global);
    }
  }
  return {};
}

bool Recovery::has_prepared() const {
  return std::any_of(active_.begin(), active_.end(),
                     [](const auto& entry) { return entry.second.global != kNoGlobalId; });
}

Status Recovery::TakeBackNewest(TransactionId id) {
  ActiveTransaction& entry = active_[id];
  ASSIGN_OR_RETURN(const LoggedUndo read, log_.ReadUndo(entry.last_undo, id));
  const UndoEntry& undo = read.entry();
  ASSIGN_OR_RETURN(UndoTarget* const target, files_.OpenTarget(undo.file));
  if (target != nullptr) {
    RETURN_IF_ERROR(target->Undo(undo.kind, undo.payload));
  }
  entry.last_undo = undo.previous;
  log_.log().Append(AsBytes(EncodePair(kUndoneRecord, id, undo.previous)));
  if (target != nullptr) {
    target->Undone(undo.kind, undo.payload, /*by=*/nullptr);
  }
  return {};
}

Status Recovery::TakeBack(const std::function<Result<bool>(GlobalId global)>& outcome) {
  const int64_t begun = pool_.env().MonotonicMicros();
  for (auto entry = active_.begin(); entry != active_.end();) {
    bool committed = false;
    if (entry->second.global != kNoGlobalId) {
      ASSIGN_OR_RETURN(committed, outcome(entry->second.global));
    }
    if (committed) {
      log_.log().Append(AsBytes(EncodePair(kCommitRecord, entry->first, 0)));
      entry = active_.erase(entry);
    } else {
      ++entry;
    }
  }
  report_.taken_back = active_.size();
  while (!active_.empty()) {
    const auto newest = std::max_element(
        active_.begin(), active_.end(),
        [](const auto& a, const auto& b) { return a.second.last_undo < b.second.last_undo; });
    if (newest->second.last_undo != 0) {
      RETURN_IF_ERROR(TakeBackNewest(newest->first));
      continue;
    }
    log_.log().Append(AsBytes(EncodeRollback(newest->first)));
    active_.erase(newest);
  }
  RETURN_IF_ERROR(files_.CloseTargets());
  report_.micros += pool_.env().MonotonicMicros() - begun;
  return {};
}

}  // namespace redbase::tx
