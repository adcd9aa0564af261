// Copies of page files that are in use.
#pragma once

#include <string>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/status.h"
#include "pf/page.h"

namespace redbase::pf {

// Copies a page file, which others may write meanwhile, to `to`, which does not exist, and
// syncs it.  Each page is copied as it was at some time during the call, or, when it was not
// written yet, stays zero: what redo makes right that begins at a checkpoint before.
// kCorruption, naming file and page, rather than a copy of damage; kNotFound when there is
// no such file.  `cancel` may be null.
Status CopyPageFile(common::Env& env, const std::string& from, const std::string& to, FileId file,
                    const common::CancelToken* cancel);

}  // namespace redbase::pf
