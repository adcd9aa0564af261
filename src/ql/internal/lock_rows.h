// Locks of the rows that a statement is about to change.
#pragma once

#include <span>

#include "common/rid.h"
#include "ql/exec_context.h"
#include "rm/record_file.h"

namespace redbase::ql {

// Locks the records for the statement's transaction, and then makes sure that they are what
// the statement sees of them.  kMustWait when another transaction has one; kConflict when
// somebody was first to change one.
Status LockRows(rm::RecordFile& records, std::span<const Rid> rids, rm::RowLock lock,
                const ExecContext& context);

}  // namespace redbase::ql
