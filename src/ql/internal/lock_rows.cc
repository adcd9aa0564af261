#include "ql/internal/lock_rows.h"

namespace redbase::ql {

Status LockRows(rm::RecordFile& records, std::span<const Rid> rids, rm::RowLock lock,
                const ExecContext& context) {
  RETURN_IF_ERROR(records.Lock(*context.transaction, rids, lock));
  return context.view != nullptr ? records.CheckNotOvertaken(rids, *context.view) : Status();
}

}  // namespace redbase::ql
