// Takes back what a BulkAppender did.
#pragma once

#include "common/rid.h"
#include "common/status.h"
#include "rm/internal/file_core.h"

namespace redbase::rm {

// Erases all records of a page that was filled in bulk.
Status UndoBulkPage(FileCore& core, PageNum page);

}  // namespace redbase::rm
