// FileCore: what the classes that work on one record file share.
//
// Order of latches: directory pages before record pages, record pages by
// ascending number, overflow pages after record pages, the file header last.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/sync.h"
#include "common/types.h"
#include "pf/mini_transaction.h"
#include "pf/page_file.h"
#include "rm/internal/directory.h"
#include "rm/internal/record_layout.h"
#include "rm/internal/room_map.h"
#include "rm/internal/row_locks.h"
#include "rm/internal/version_map.h"
#include "rm/record_file.h"
#include "rm/record_page.h"
#include "tx/transaction.h"

namespace redbase::rm {

// Undo records of rm.  A RowBlock's payload is preceded by its page (u32).
inline constexpr tx::UndoKind kUndoInsert{0x0100};    // page u32, slots u16...
inline constexpr tx::UndoKind kUndoErase{0x0101};     // page u32, RowBlock: all columns
inline constexpr tx::UndoKind kUndoUpdate{0x0102};    // page u32, RowBlock: as before
inline constexpr tx::UndoKind kUndoBulkPage{0x0103};  // page u32
inline constexpr tx::UndoKind kUndoOverflow{0x0104};  // page u32

class FileCore : public std::enable_shared_from_this<FileCore> {
 public:
  FileCore(std::unique_ptr<pf::PageFile> owned, std::vector<LogicalType> column_types);

  Status Create();
  Status Open();
  // Gives back what a process that died had no time to give back after its last
  // commit.  Requires: no transaction is open.
  Status GiveBackOwnerless();

  // Says in the file that its counts no longer hold.  Before every change.
  Status BeginChange();
  // Unless the file was closed or dropped before: does `action` once every snapshot sees the
  // end of the transaction.  What it has left or freed is nobody else's before: who does not
  // see its end, finds by RID what was there.  Until then the file is not clean: a
  // transaction that is never told its outcome leaves all of this to the next open.
  void AwaitForgotten(tx::TransactionState& transaction,
                      std::function<void(FileCore& core)> action);
  // The same of a change, which `stands` unless it was taken back; and frees the long values
  // that it removed, if it stands.
  void AwaitForgotten(tx::Transaction& transaction, std::vector<LongReference> removed,
                      std::function<void(FileCore& core, bool stands)> action = nullptr);
  // A page is no longer pending for one reason; it is given back if nothing is in it.
  void EndPending(PageNum page);
  // No effect while something is awaited.
  Status SaveDirectory();
  // Makes counts and map anew from the pages.
  Status Recount();
  RecordFileStatistics statistics() const;

  // How to take back a change of records whose home is `page`, latched by the caller:
  // for the transaction, and for older snapshots.
  void NoteUndo(tx::Transaction& transaction, tx::UndoKind kind, PageNum page,
                std::span<const std::byte> payload) {
    versions->Add(page, transaction.stamp(), kind, transaction.NoteUndo(file.id(), kind, payload));
    transaction.state().Keep(versions);
  }

  // kCorruption naming file and page.
  Status Damaged(PageNum page, const std::string& what) const;
  // The RID that holds no record.
  Status NoRecord(Rid rid) const;

  // Whether the page, latched by the caller, is a record page fit for reading.
  bool IsRecordPage(pf::PageView bytes) const { return RecordPage::Is(bytes); }
  Status CheckReadable(const RecordPage& page) const;
  // The same for a change that needs `heap` bytes.
  Status CheckWritable(const RecordPage& page, size_t heap) const;
  Status Column(const RecordPage& page, uint32_t column, ColumnSlice* out) const;

  // Whether one more record of usual size would fit.
  bool HasRoom(size_t free_slots, size_t heap_room) const;
  void Sample(uint64_t records_added, uint64_t heap_bytes);
  double usual_heap() const;
  // Slots for a fresh page: `heap` is what the records to come take, the first
  // of which must fit.
  uint16_t CapacityFor(std::span<const uint32_t> heap) const;

  // Gives the pages of long values back; what fails is tried again by a flush.
  void FreeLongValues(std::span<const LongReference> values) EXCLUDES(mutex_);
  Status FreeOverflowPages(std::span<const PageNum> pages) EXCLUDES(mutex_);
  Status RetryFrees() EXCLUDES(mutex_);
  // What is still to be given back.
  std::vector<LongReference> values_to_free() const EXCLUDES(mutex_);
  std::vector<PageNum> pages_to_free() const EXCLUDES(mutex_);
  std::vector<PageNum> directory_pages() const EXCLUDES(mutex_);
  // Gives a record page back if nothing is in it.
  void FreeIfEmpty(PageNum page);

  const std::unique_ptr<pf::PageFile> file_owner;
  pf::PageFile& file;
  const std::vector<LogicalType> types;
  const RecordLayout layout;

  RoomMap room;
  const std::shared_ptr<VersionMap> versions = std::make_shared<VersionMap>();
  const std::shared_ptr<RowLocks> locks = std::make_shared<RowLocks>();
  std::atomic<uint64_t> records{0};
  std::atomic<uint32_t> record_pages{0};

  // Closed or dropped: the file is to be touched no more.  Waits for what is being done
  // there at the ends of transactions.
  void Retire() EXCLUDES(use_mutex_);
  bool gone() const EXCLUDES(use_mutex_);

 private:
  DirectoryContent Content() const;
  // Whether the file is there; until EndUse it stays.
  bool BeginUse() EXCLUDES(use_mutex_);
  void EndUse() EXCLUDES(use_mutex_);

  mutable common::Mutex use_mutex_;
  common::CondVar unused_;
  uint32_t uses_ GUARDED_BY(use_mutex_) = 0;
  bool gone_ GUARDED_BY(use_mutex_) = false;

  mutable common::Mutex mutex_;
  Directory directory_ GUARDED_BY(mutex_);
  // Long values whose pages could not be listed, and pages of others.
  std::vector<LongReference> values_to_free_ GUARDED_BY(mutex_);
  std::vector<PageNum> pages_to_free_ GUARDED_BY(mutex_);
  std::atomic<bool> clean_{true};
  std::atomic<uint32_t> awaited_{0};
  bool has_overflow_pages_ = false;  // when it was opened unclean
  std::atomic<uint64_t> sampled_records_{0};
  std::atomic<uint64_t> sampled_heap_{0};
};

}  // namespace redbase::rm
