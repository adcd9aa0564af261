// RecordEraser: removes records, page by page; moved ones one by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/rid.h"
#include "rm/internal/file_core.h"
#include "rm/internal/record_mover.h"
#include "tx/transaction.h"

namespace redbase::rm {

class RecordEraser {
 public:
  RecordEraser(FileCore& core, tx::Transaction& transaction)
      : core_(core), transaction_(transaction), mover_(core, &transaction) {}

  Status Erase(std::span<const Rid> rids);
  // Pages made pending, each once for every group of RIDs in it.
  const std::vector<PageNum>& pages() const { return pages_; }
  const std::vector<LongReference>& removed() const { return mover_.removed(); }

 private:
  Status EraseGroup(std::span<const Rid> rids);
  // Erases slots of a latched page; the change is complete afterwards.
  Status EraseSlots(std::span<const uint16_t> slots, pf::PageRef ref, pf::MiniTransaction* change);

  FileCore& core_;
  tx::Transaction& transaction_;
  RecordMover mover_;
  std::vector<PageNum> pages_;
  RowBlockBuilder builder_;
};

Status UndoErase(FileCore& core, std::span<const std::byte> payload);

}  // namespace redbase::rm
