// RecordFile: the records of one relation, in pages that hold columns side by side.
//
// A record keeps its RID for life: one that outgrows its page moves behind a
// forwarding slot.  Values too long for a page have overflow pages.  The format
// of a page is in rm/record_page.h, that of the file's directory page in
// rm/internal/directory.h.
//
// Changes note their undo with the transaction first, then go through one
// pf::MiniTransaction a page.  Several records are changed per call.
//
// Thread-safe: readers and writers may run at the same time; a reader sees each
// record before or after a change, never between.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "common/rid.h"
#include "common/schema.h"
#include "pf/buffer_pool.h"
#include "pf/page_file.h"
#include "tx/transaction.h"

namespace redbase::rm {

class FileCore;  // rm/internal/file_core.h

// Opens, creates and registers the files of one database.
struct FileContext {
  pf::BufferPool* pool;
  tx::UndoTargets* undo_targets;
};

// `column op value`, or a test for null: what a scan can decide inside a page.
struct ColumnPredicate {
  enum class Kind : uint8_t { kCompare, kIsNull, kIsNotNull };

  Kind kind = Kind::kCompare;
  uint32_t column = 0;
  CompareOp op = CompareOp::kEq;
  // Of the column's type, or of another numeric type (compared by value).
  // Null makes a comparison true for no record.
  Value value;

  friend bool operator==(const ColumnPredicate&, const ColumnPredicate&) = default;
};

// What a transaction keeps others from doing with a record until it ends; each stronger
// than the one before (rm/internal/row_locks.h).
enum class RowLock : uint8_t {
  kKeyShare,     // change its keys, erase it
  kShare,        // change it
  kNoKeyUpdate,  // change it, or take kShare: it is going to be changed
  kUpdate,       // anything but read it: its keys are going to be changed, or it is erased
};

// A change by a transaction that has ended.
struct RecordChange {
  PageNum page;
  std::optional<SlotNum> slot;  // nullopt: of all of the page
  tx::Timestamp ended;
};

struct RecordFileStatistics {
  uint64_t records = 0;
  uint32_t pages = 0;  // record pages
  uint64_t bytes = 0;  // of the file
};

class RecordFile : public tx::UndoTarget {
 public:
  // Nothing is left behind by a failure.  kInvalidArgument when a record of
  // these types cannot fit a page of this size.
  static Result<std::unique_ptr<RecordFile>> Create(const FileContext& context,
                                                    const std::string& path,
                                                    pf::PageFileIdentity identity,
                                                    std::vector<LogicalType> types,
                                                    size_t page_size);
  // kCorruption when the file is damaged or holds other types.
  static Result<std::unique_ptr<RecordFile>> Open(const FileContext& context,
                                                  const std::string& path,
                                                  pf::PageFileIdentity identity,
                                                  std::vector<LogicalType> types);
  // With the types that the file says it has: for recovery, which knows no catalog.
  // GiveBackOwnerless follows once nothing is left to take back.
  static Result<std::unique_ptr<RecordFile>> OpenAsStored(const FileContext& context,
                                                          const std::string& path,
                                                          pf::PageFileIdentity identity);
  // Whether the file, which is open, is one of records.
  static Result<bool> IsRecordFile(pf::PageFile& file);
  // Redo needs them; opening a file does it, too.
  static void RegisterLogRecords();
  ~RecordFile() override;

  // Inserts the selected rows of `rows` in order; their RIDs are appended to
  // `rids` when it is not null.  After an error some rows may be in: the
  // caller rolls the statement back.
  // Requires: rows has the file's types; strings fit their columns.
  Status Insert(tx::Transaction& transaction, const Batch& rows, std::vector<Rid>* rids);

  // Removes the records.  kNotFound names a RID that holds none.
  Status Erase(tx::Transaction& transaction, std::span<const Rid> rids);

  // Sets `columns` of record rids[i] to the i-th selected row of `values`, which
  // has one vector per entry of `columns`.  RIDs stay.
  // Requires: columns ascending.
  Status Update(tx::Transaction& transaction, std::span<const Rid> rids,
                std::span<const uint32_t> columns, const Batch& values);

  // The projected columns of the records, in the order of `rids`.  RIDs that
  // hold no record are left out; out->rids() says which are there.
  // As `view` sees them; as they are when it is null.
  // Requires: at most kBatchCapacity rids.
  Status Fetch(std::span<const Rid> rids, std::span<const uint32_t> projection,
               const tx::View* view, Batch* out) const;
  // Locks the records in their order.  kMustWait at the first one that another transaction
  // has; those before it are locked then.
  Status Lock(tx::Transaction& transaction, std::span<const Rid> rids, RowLock mode);
  // Locks those that nobody else has, and appends them to `locked`.
  void LockFree(tx::Transaction& transaction, std::span<const Rid> rids, RowLock mode,
                std::vector<Rid>* locked);
  // The transaction under way that was the last to change the record, if it is one.
  Result<std::shared_ptr<const tx::TransactionState>> ChangerOf(Rid rid) const;
  // kConflict when somebody whose end `view` does not see has changed one of the records.
  // With `columns`: those who have changed these, or erased it.
  Status CheckNotOvertaken(std::span<const Rid> rids, const tx::View& view,
                           const std::vector<uint32_t>* columns = nullptr) const;
  // The same for any record.
  Status CheckNoneOvertaken(const tx::View& view) const;
  // What others have changed whose ends `view` does not see; some of it twice.  Complete as
  // long as a snapshot is held that is as old as the view.
  Result<std::vector<RecordChange>> ChangedSince(const tx::View& view) const;
  // Whether every snapshot sees the records as they are.
  bool has_versions() const;

  RecordFileStatistics statistics() const;
  const std::vector<LogicalType>& types() const;
  pf::PageFile& file() const;

  // Gives back pages of long values that no record has, if the file was not closed.
  Status GiveBackOwnerless();
  Status Flush();
  Status Close();
  // The file is going to be removed: forgets its pages.
  void Abandon();

  // Checks every page: slots, columns, forwarding, overflow, counts, the free chain, and
  // that there are no others.  Where pages are damaged it says of each what is wrong, and
  // leaves the rest.  Requires: nobody changes the file.
  void Check(common::CheckReport* report) const;
  // The first of these problems.
  Status Validate() const;
  // A drawing of one page for people: header, columns, slots.
  Result<std::string> DrawPage(PageNum page, const Schema& schema) const;

  Status Undo(tx::UndoKind kind, std::span<const std::byte> payload) override;
  void Undone(tx::UndoKind kind, std::span<const std::byte> payload,
              tx::TransactionState* by) override;

 private:
  static Result<std::unique_ptr<RecordFile>> OpenCore(const FileContext& context,
                                                      const std::string& path,
                                                      pf::PageFileIdentity identity,
                                                      std::vector<LogicalType> types);
  friend class RecordScan;
  friend class BulkAppender;
  RecordFile(std::shared_ptr<FileCore> core, tx::UndoTargets& undo_targets);

  // Shared with what transactions do when they end, which may be later than
  // this object.
  const std::shared_ptr<FileCore> core_;
  tx::UndoTargets& undo_targets_;
};

// Appends many rows to fresh pages at the end of the file: for load.  Rows are
// seen by others from Finish on at the latest; taking back gives the pages back.
// One thread at a time per object; one object at a time per file.
class BulkAppender {
 public:
  BulkAppender(RecordFile& file, tx::Transaction& transaction);
  ~BulkAppender();

  // The selected rows, in order.  RIDs are appended to `rids` unless null.
  Status Append(const Batch& rows, std::vector<Rid>* rids);
  // Completes the last page and the counts.
  Status Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::rm
