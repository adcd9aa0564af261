// Seals pages with a checksum when they are written and checks them when read.
#pragma once

#include <string>

#include "common/status.h"
#include "pf/internal/file_state.h"
#include "pf/page.h"

namespace redbase::pf {

// Sets the checksum of a page about to be written.
void SealPage(MutablePage page);

// kCorruption, naming file and page, unless the bytes are those that were
// sealed as this page of this file.
Status CheckPage(const FileState& file, PageNum page, PageView bytes);
// The same of a file that is not open in a pool.
Status CheckPage(const std::string& path, FileId file, PageNum page, PageView bytes);

// As a page is that was never written.
bool IsAllZero(PageView bytes);

}  // namespace redbase::pf
