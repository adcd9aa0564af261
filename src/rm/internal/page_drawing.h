// Draws a page of a record file for people.
#pragma once

#include <string>

#include "common/result.h"
#include "common/schema.h"
#include "rm/internal/file_core.h"

namespace redbase::rm {

// Header, columns, slots.  kNotFound when there is no such page.
Result<std::string> DrawRecordPage(const FileCore& core, PageNum page, const Schema& schema);

}  // namespace redbase::rm
