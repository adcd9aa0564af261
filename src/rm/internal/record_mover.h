// RecordMover: changes of single records that may lie, or come to lie, in a
// page other than their home.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/rid.h"
#include "pf/mini_transaction.h"
#include "pf/page_file.h"
#include "rm/internal/file_core.h"
#include "rm/internal/record_inserter.h"
#include "rm/internal/row_block.h"
#include "tx/transaction.h"

namespace redbase::rm {

// Where a record lies: its home, or where its home's stub says.
struct Whereabouts {
  Rid home;
  Rid at;

  bool moved() const { return home != at; }
};

// Follows the stub, if any; nullopt when the RID holds no record.  What is found
// may be outdated at once.
Result<std::optional<Whereabouts>> Locate(const FileCore& core, Rid rid);

// Whether `page`, latched, still shows that: as the home, and as the place.
bool HomeAgrees(const RecordPage& page, const Whereabouts& record);
bool PlaceAgrees(const RecordPage& page, const Whereabouts& record);

// A record in the page where it lies, which cannot be changed meanwhile.
struct PinnedRecord {
  pf::PinnedPage pin;
  uint16_t slot;

  RecordPage page() const { return RecordPage(pin.bytes()); }
};

// Nullopt when the RID holds no record; kCorruption when its stub leads nowhere.
Result<std::optional<PinnedRecord>> PinRecord(const FileCore& core, Rid rid);

class RecordMover {
 public:
  // Without a transaction nothing is noted: for taking back.
  RecordMover(FileCore& core, tx::Transaction* transaction)
      : core_(core), transaction_(transaction) {}

  // False when the RID holds no record.  Requires: columns ascend.
  Result<bool> Update(Rid rid, std::vector<uint32_t> columns, std::vector<Cell> cells);
  Result<bool> Erase(Rid rid);
  // Puts a record back under its old RID; elsewhere behind a stub when its home
  // has no room.  No effect when the RID holds a record.
  Status Restore(Rid rid, const std::vector<Cell>& cells);

  // Long values that changes removed: to be freed once they are final.  Who changes
  // records without a mover adds to them.
  const std::vector<LongReference>& removed() const { return removed_; }
  std::vector<LongReference>& removed() { return removed_; }

 private:
  struct Latched {
    Whereabouts record;
    pf::PageRef home{};
    pf::PageRef at{};
    std::optional<pf::PageRef> extra;
  };
  enum class Outcome : uint8_t { kDone, kNoRecord, kTooLarge, kAgain };

  Result<bool> Latch(const Whereabouts& record, pf::MiniTransaction* change, Latched* out);
  Result<bool> ReadRecord(Rid rid, pf::MiniTransaction* change, Latched* out, bool* exists);
  Result<Outcome> TryUpdate(Rid rid);
  Result<Outcome> TryErase(Rid rid);
  Result<Outcome> TryRestore(Rid rid);
  void UpdateInPlace(const Latched& latched, pf::MiniTransaction* change);
  Result<Outcome> Move(const Latched& latched, pf::MiniTransaction* change);
  void MoveHome(const Latched& latched, pf::MiniTransaction* change);
  // Puts merged_ into the extra page or a fresh one, for this home; kAgain when
  // other pages have to be latched for that.
  Result<Outcome> PutElsewhere(const Latched& latched, pf::MiniTransaction* change, Rid* target);
  Result<bool> PutIntoExtra(const Latched& latched, pf::MiniTransaction* change, Rid* target);
  Status PutIntoFresh(const Latched& latched, pf::MiniTransaction* change, Rid* target);
  void Insert(pf::PageRef page, uint16_t slot, Rid home, pf::MiniTransaction* change);
  bool FindExtra();

  Status Shrink();
  void NoteUndo(const Latched& latched);
  void NoteRemoved();
  // Heap bytes of the columns under change / of all columns.
  size_t ChangedHeap(const std::vector<Cell>& row) const;
  size_t Heap(const std::vector<Cell>& row) const;

  FileCore& core_;
  tx::Transaction* transaction_;
  std::vector<LongReference> removed_;

  // The change under way.
  std::vector<uint32_t> columns_;
  std::vector<Cell> cells_;
  std::string arena_;               // bytes of old_
  std::vector<Cell> old_;           // the record as it was
  std::vector<Cell> merged_;        // and as it will be
  std::deque<std::string> stored_;  // LongValues made by Shrink

  // Pages with room that were tried; the last one may serve again.
  std::deque<TakenPage> taken_;
  std::optional<PageNum> extra_;
  bool want_fresh_ = false;
};

}  // namespace redbase::rm
