// ShellArguments: what the command line of `redbase` asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace redbase::main {

struct ShellArguments {
  struct Work {
    enum class Kind : uint8_t { kCommand, kFile };
    Kind kind = Kind::kCommand;
    std::string text;  // the command, or the file's path
  };

  std::string database;
  std::vector<Work> work;  // -c and -f, in their order
  bool stop_on_error = false;
  bool quiet = false;
  bool shell_commands = false;
  size_t buffer_bytes = size_t{256} << 20;
  unsigned threads = 0;

  // Why the program ends at once: what to print, where, and the exit status.
  // Empty text: it does not.
  std::string text;
  bool is_error = false;
};

ShellArguments ParseShellArguments(int argc, const char* const* argv);

}  // namespace redbase::main
