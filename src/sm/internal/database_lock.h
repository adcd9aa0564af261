// The lock that the process which has a database open holds.
#pragma once

#include <memory>
#include <string>

#include "common/env.h"
#include "common/result.h"

namespace redbase::sm {

// kUnavailable, `database "x" is in use by process 1234`, while another has it.
// Requires: `path` is a directory; the lock file is made when missing.
Result<std::unique_ptr<common::FileLock>> LockDatabase(common::Env& env, const std::string& path);

}  // namespace redbase::sm
