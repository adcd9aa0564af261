// CreateArguments: what the command line of `dbcreate` asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"

namespace redbase::main {

inline constexpr const char* kCreateUsage =
    "Usage: dbcreate dbname <optional -distributed numberNodes>";
inline constexpr const char* kCreateHelp =
    "  -distributed N   with N data nodes, N above 1\n"
    "  -pagesize BYTES  a power of two from 4096 to 65536, for all files";

struct CreateArguments {
  std::string database;
  uint32_t node_count = 0;  // 0: not distributed
  uint32_t page_size = 0;   // 0: the default
  bool help = false;
};

// From the arguments behind the program's name.  kInvalidArgument with the classic
// message; an empty message says only that the usage is wrong.
Result<CreateArguments> ParseCreateArguments(const std::vector<std::string>& arguments);

}  // namespace redbase::main
