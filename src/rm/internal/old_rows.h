// OldRows: what an older snapshot sees of records that were changed since.
//
// OldSlots works out from the versions of one page which of its slots a view sees
// otherwise than they are.  OldRows holds such rows in pages of its own, in the format of
// record pages, so that predicates and projections are evaluated on them as on others.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/rid.h"
#include "rm/internal/file_core.h"
#include "rm/internal/record_mover.h"
#include "rm/internal/row_block.h"
#include "rm/internal/version_map.h"
#include "rm/record_page.h"
#include "tx/oracle.h"

namespace redbase::rm {

// A record as a view sees it, as far as versions tell.
struct OldSlot {
  bool exists = false;
  bool whole = false;                        // every cell is known
  std::vector<std::optional<Cell>> cells{};  // by column; unknown ones are as they are now
};

class OldSlots {
 public:
  // Of the page; of `only` one slot where given.  Empty when the view sees the page as it
  // is.  The file's versions may not be empty.
  static Result<OldSlots> Of(const FileCore& core, PageNum page, const tx::View& view,
                             std::optional<uint16_t> only = std::nullopt);

  bool empty() const { return slots_.empty() && !all_; }
  // Whether the view sees the slot otherwise than it is.
  bool Has(uint16_t slot) const { return all_ || slots_.contains(slot); }
  // Null when the view sees nothing there, or sees it as it is.
  const OldSlot* Find(uint16_t slot) const {
    const auto found = slots_.find(slot);
    return found == slots_.end() || !found->second.exists ? nullptr : &found->second;
  }
  const std::map<uint16_t, OldSlot>& slots() const { return slots_; }
  // The page holds nothing that the view sees but for slots().
  bool all() const { return all_; }

 private:
  using Undo = std::shared_ptr<const std::string>;

  void Add(tx::UndoKind kind, const Undo& undo, size_t columns, std::optional<uint16_t> only);
  bool IsSettled(uint16_t slot) const { return slot < settled_.size() && settled_[slot]; }
  void Settle(uint16_t slot);

  std::map<uint16_t, OldSlot> slots_;
  std::vector<bool> settled_;  // a change of the slot that the view sees is passed
  bool all_ = false;
  std::vector<Undo> undo_;  // cells borrow from these
};

class OldRows {
 public:
  explicit OldRows(const FileCore& core) : core_(core) {}

  bool empty() const { return next_ == rows_.size(); }
  void Clear();
  // The record at home `rid`: the cells that `old` knows, and `now`'s for the others, all
  // columns.  No effect when neither says what a cell was.
  Status Add(Rid rid, const OldSlot& old, const std::vector<Cell>* now);

  // The first row added that was not taken, in its page.
  struct Row {
    Rid rid;
    RecordPage page;
    uint16_t slot;
  };
  Row Front() const {
    return {rows_[next_].rid, RecordPage(pages_[rows_[next_].page]), rows_[next_].slot};
  }
  void Pop();

 private:
  struct Place {
    Rid rid;
    size_t page;
    uint16_t slot;
  };
  Status StartPage(size_t heap);
  bool Fits(size_t heap) const;

  const FileCore& core_;
  std::vector<std::vector<std::byte>> pages_;
  std::vector<Place> rows_;
  size_t next_ = 0;
};

// The record at `rid` where it lies, if the view, if any, sees it as it is; otherwise what
// the view sees of it, if anything, is added to `rows`.
// May be called while others change it.
Result<std::optional<PinnedRecord>> PinAsSeen(const FileCore& core, Rid rid, const tx::View* view,
                                              OldRows* rows);

// The transaction under way that was the last to change the record; null when there is none.
Result<std::shared_ptr<const tx::TransactionState>> ChangerOf(const FileCore& core, Rid rid);

// What others have changed whose ends the view does not see.
Result<std::vector<RecordChange>> ChangedSince(const FileCore& core, const tx::View& view);

Status OvertakenError();
// OvertakenError, of kConflict, when somebody whose end the view does not see has changed
// one of the records, of which all are on one page; one of `columns`, or all of the record,
// where these are given.
Status CheckNotOvertaken(const FileCore& core, std::span<const Rid> rids, const tx::View& view,
                         const std::vector<uint32_t>* columns);

}  // namespace redbase::rm
