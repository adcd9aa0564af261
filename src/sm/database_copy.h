// Copies of databases that nobody has open, file by file.
#pragma once

#include <string>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/status.h"

namespace redbase::sm {

// Copies a database that nobody has open, with its data nodes, into the directory `to`,
// which exists and is empty.  Syncs everything.  What is no part of a database stays
// behind.  kNotFound when there is none at `from`, kUnavailable when it is in use,
// kInvalidArgument when it is a data node of another.
Status CopyDatabase(common::Env& env, const std::string& from, const std::string& to,
                    const common::CancelToken* cancel);

}  // namespace redbase::sm
