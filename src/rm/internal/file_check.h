// Checks a whole record file.
#pragma once

#include <vector>

#include "common/result.h"
#include "rm/internal/file_core.h"

namespace redbase::rm {

// Every page by itself; stubs and moved records name each other; every long
// value is complete, and no overflow page belongs to two or to none; the counts
// are right.  kCorruption names the file and the page.
// Requires: no change is under way, and no transaction that erased or replaced
// long values is open.
Status CheckFile(const FileCore& core);

// Overflow pages that are part of no record's value.  Requires: as CheckFile.
Result<std::vector<PageNum>> FindOwnerlessPages(const FileCore& core);

}  // namespace redbase::rm
