// RecordInserter: puts rows into pages with room, and into fresh ones.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/rid.h"
#include "rm/internal/file_core.h"
#include "rm/internal/prepared_rows.h"
#include "tx/transaction.h"

namespace redbase::rm {

// A page taken out of the room map; put back, unless it proved full, when this
// goes.
class TakenPage {
 public:
  TakenPage(RoomMap& room, PageNum page) : room_(room), page_(page) {}
  ~TakenPage() {
    if (has_room_) {
      room_.Put(page_);
    }
  }
  TakenPage(const TakenPage&) = delete;
  TakenPage& operator=(const TakenPage&) = delete;

  PageNum page() const { return page_; }
  void set_has_room(bool has_room) { has_room_ = has_room; }

 private:
  RoomMap& room_;
  const PageNum page_;
  bool has_room_ = true;
};

class RecordInserter {
 public:
  RecordInserter(FileCore& core, tx::Transaction& transaction, std::vector<Rid>* rids)
      : core_(core), transaction_(transaction), rids_(rids) {}

  Status Insert(const PreparedRows& rows);

 private:
  // Puts rows from `first` on into the page / a fresh page; how many.
  Result<size_t> FillPage(const PreparedRows& rows, size_t first, TakenPage* taken);
  Result<size_t> FillFresh(const PreparedRows& rows, size_t first, std::deque<TakenPage>* taken);
  // Completes the change with the rows in `slots_` of the page.
  void Write(const PreparedRows& rows, size_t first, pf::MiniTransaction* change, pf::PageRef page);

  FileCore& core_;
  tx::Transaction& transaction_;
  std::vector<Rid>* rids_;
  std::vector<uint16_t> slots_;
  RowBlockBuilder builder_;
};

// Free slots of the page, ascending, for as many rows of these heap sizes as
// fit; their heap bytes are returned.
size_t ChooseSlots(const RecordPage& page, std::span<const uint32_t> heap,
                   std::vector<uint16_t>* slots);

// Rows of these heap sizes that fit an empty page of this capacity.
size_t RowsThatFit(const FileCore& core, std::span<const uint32_t> heap, uint16_t capacity);

// Takes an insert of records back: those still there are erased.  The page is pending
// from then on.
Status UndoInsert(FileCore& core, std::span<const std::byte> payload);

}  // namespace redbase::rm
