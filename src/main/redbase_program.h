// RunRedbase: the program `redbase`, from its arguments to its exit status.
#pragma once

namespace redbase::main {

int RunRedbase(int argc, const char* const* argv);

}  // namespace redbase::main
