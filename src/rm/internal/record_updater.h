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
  // Of records in one page, slots ascending; the first is row `first`.  False
  // when they cannot be changed together.
  Result<bool> UpdateGroup(std::span<const Rid> rids, size_t first);
  Status UpdateOne(Rid rid, size_t row);
  Status ReadOld(const RecordPage& page, std::span<const uint16_t> slots);

  FileCore& core_;
  tx::Transaction& transaction_;
  const PreparedRows& values_;
  RecordMover mover_;
  RowBlockBuilder builder_;
  size_t freed_ = 0;  // heap bytes of the old values
};

// The first RIDs that lie in one page with ascending slots.
std::span<const Rid> FirstGroup(std::span<const Rid> rids);

// The long values among these slots of a page are added to `out`.
void ListLongValues(const RecordPage& page, const ColumnSlice& slice,
                    std::span<const uint16_t> slots, std::vector<LongReference>* out);

Status UndoUpdate(FileCore& core, std::span<const std::byte> payload);

}  // namespace redbase::rm
