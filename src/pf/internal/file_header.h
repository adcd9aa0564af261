// What the header of a page file says, checked.
#pragma once

#include "common/env.h"
#include "common/result.h"
#include "pf/internal/file_state.h"
#include "pf/page_file.h"

namespace redbase::pf {

inline constexpr PageNum kHeaderPage{0};

// Reads enough of the header to know how long a page is.
Result<size_t> ReadPageSize(common::File& file);
// kCorruption unless the header is that of this file, and possible.
Status CheckIdentity(const FileState& state, const FileHeader& header);

}  // namespace redbase::pf
