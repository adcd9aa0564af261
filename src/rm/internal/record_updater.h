// RecordUpdater: sets columns of records, page by page; records that lie or
// must go elsewhere one by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/rid.h"
#include "rm/internal/file_core.h"
#include "rm/internal/prepared_rows.h"
#include "rm/internal/record_mover.h"
#include "tx/transaction.h"

namespace redbase::rm {

class RecordUpdater {
 public:
  // `values` has a row for each RID.
  RecordUpdater(FileCore& core, tx::Transaction& transaction, const PreparedRows& values)
      : core_(core), transaction_(transaction), values_(values), mover_(core, &transaction) {}

  Status Update(std::span<const Rid> rids);
  // Overflow pages that nothing names any more once the transaction commits.
  const std::vector<LongReference>& removed() const { return mover_.removed(); }

 private:
  // Of records in one page, slots ascending, of which the first is row `first`: how many
  // from there on could be changed together.
  Result<size_t> UpdateTogether(std::span<const Rid> rids, size_t first);
  // The slots of these, and the heap bytes that their new values need.
  Status ChooseSlots(const RecordPage& page, std::span<const Rid> rids, size_t first,
                     std::vector<uint16_t>* slots, size_t* need) const;
  Status UpdateOne(Rid rid, size_t row);
  Status ReadOld(const RecordPage& page, std::span<const uint16_t> slots);

  FileCore& core_;
  tx::Transaction& transaction_;
  const PreparedRows& values_;
  RecordMover mover_;
  RowBlockBuilder builder_;
};

// The first RIDs that lie in one page with ascending slots.
std::span<const Rid> FirstGroup(std::span<const Rid> rids);

// The long values among these slots of a page are added to `out`.
void ListLongValues(const RecordPage& page, const ColumnSlice& slice,
                    std::span<const uint16_t> slots, std::vector<LongReference>* out);

Status UndoUpdate(FileCore& core, std::span<const std::byte> payload);

}  // namespace redbase::rm
