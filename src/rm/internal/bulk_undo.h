// Takes back what a BulkAppender did.
#pragma once

#include "common/rid.h"
#include "common/status.h"
#include "rm/internal/file_core.h"

namespace redbase::rm {

// Gives a page that was filled in bulk back, with all records in it.
Status UndoBulkPage(FileCore& core, PageNum page);

}  // namespace redbase::rm
