// Lines for the system's shell.
#pragma once

#include <string>

#include "common/result.h"

namespace redbase::main {

// Has the system's shell run `command` in `directory`; its status, as the C
// library's `system` gives it.  This process's own working directory is as before
// when it returns; until then no other thread may open relative paths.
Result<int> RunSystemCommand(const std::string& command, const std::string& directory);

}  // namespace redbase::main
