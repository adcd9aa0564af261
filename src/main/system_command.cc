#include "main/system_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace redbase::main {
namespace {

Status Failure(const std::string& what) {
  return {Code::kIoError, what + ": " + std::strerror(errno)};
}

}  // namespace

Result<int> RunSystemCommand(const std::string& command, const std::string& directory) {
  // The place to come back to, which may have no path.
  const int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (home < 0) {
    return Failure("cannot open the working directory");
  }
  Status status;
  int outcome = 0;
  if (chdir(directory.c_str()) != 0) {
    status = Failure("cannot change to the directory " + directory);
  } else {
    outcome = std::system(command.c_str());
    if (outcome == -1) {
      status = Failure("cannot run a shell command");
    }
    if (fchdir(home) != 0) {
      status.Update(Failure("cannot change back to the working directory"));
    }
  }
  close(home);
  RETURN_IF_ERROR(status);
  return outcome;
}

}  // namespace redbase::main
