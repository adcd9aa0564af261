// Recovery: brings a database that was not closed to where its last commit left it.
//
//     tx::Recovery recovery(log, pool, files);
//     RETURN_IF_ERROR(recovery.Redo());
//     RETURN_IF_ERROR(recovery.TakeBack(outcome));
//     RETURN_IF_ERROR(log.Checkpoint(...));
//
// After ARIES (Mohan et al., 1992), with these differences: redo begins where the last
// checkpoint began, since all pages changed before are on the disk by its end, and finds
// the transactions in the same pass; a page that was torn is put back from its copy
// first; undo is logical, by the UndoTargets, newest change first over all transactions,
// and each one taken back is logged, so that a crash meanwhile goes on from there.
//
// Used by one thread, before any transaction begins.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "pf/buffer_pool.h"
#include "pf/page_file.h"
#include "tx/log_records.h"
#include "tx/transaction_log.h"

namespace redbase::tx {

// The files of a database, for recovery.
class RecoveryFiles {
 public:
  virtual ~RecoveryFiles() = default;
  // The path of a file that is there; nullopt when it is not.
  virtual std::optional<std::string> PathOf(pf::FileId file) = 0;
  // Where a file of this name is, or would be.
  virtual std::string PathOfName(const std::string& name) = 0;
  virtual pf::PageFileIdentity IdentityOf(pf::FileId file) = 0;
  // What takes changes of the file back, open until Close; null when there is none.
  virtual Result<UndoTarget*> OpenTarget(pf::FileId file) = 0;
  // Writes and closes what was opened.
  virtual Status CloseTargets() = 0;
};

struct RecoveryReport {
  bool was_needed = false;    // the database was not closed
  uint64_t log_bytes = 0;     // that were read
  uint64_t page_changes = 0;  // redone, or found to be there
  uint64_t pages_repaired = 0;
  uint64_t taken_back = 0;  // transactions
  int64_t micros = 0;

  RecoveryReport& operator+=(const RecoveryReport& other);
};

class Recovery {
 public:
  Recovery(TransactionLog& log, pf::BufferPool& pool, RecoveryFiles& files)
      : log_(log), pool_(pool), files_(files) {}

  // Reads the log and brings every page up to date.  Nothing but reading the last
  // checkpoint when the database was closed.
  Status Redo();
  // Whether there are prepared transactions: their outcome is somebody else's to say.
  bool has_prepared() const;
  // Takes back what was not committed; `outcome` says whether a prepared transaction
  // was.
  Status TakeBack(const std::function<Result<bool>(GlobalId global)>& outcome);
  const RecoveryReport& report() const { return report_; }

 private:
  Status LoadCheckpoint();
  Status RepairPages();
  Status RepairPage(pf::FileId file, PageNum page, pf::PageView copy);
  Status RedoGroup(uint64_t sequence, std::span<const std::byte> group);
  Status RedoPage(uint64_t sequence, const pf::LogRecordHeader& header,
                  std::span<const std::byte> payload);
  Status Note(uint64_t sequence, const pf::LogRecordHeader& header,
              std::span<const std::byte> payload);
  Status NoteEnd(const pf::LogRecordHeader& header, NumberPair pair);
  Status NoteFileCreated(const CreatedFile& created);
  // That none of the pages, on the disk since the record of this sequence, was remade.
  Status CheckWritten(const pf::PageFile& file, uint64_t sequence,
                      std::span<const std::byte> pages) const;
  // Null when there is no such file.
  Result<pf::PageFile*> Open(pf::FileId file);
  Status CloseFiles();
  ActiveTransaction& Entry(TransactionId id);
  Status TakeBackNewest(TransactionId id);

  TransactionLog& log_;
  pf::BufferPool& pool_;
  RecoveryFiles& files_;
  RecoveryReport report_;
  std::map<TransactionId, ActiveTransaction> active_;
  uint64_t next_transaction_ = 1;
  std::map<pf::FileId, std::unique_ptr<pf::PageFile>> open_;  // null: not there
  // Pages that were not whole, and the sequence of the copy put there; 0: redo made them.
  std::map<std::pair<pf::FileId, PageNum>, uint64_t> remade_;
};

}  // namespace redbase::tx
