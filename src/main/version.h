// The version of the programs.
#pragma once

namespace redbase::main {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace redbase::main
