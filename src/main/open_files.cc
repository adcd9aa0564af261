#include "main/open_files.h"

#include <sys/resource.h>

namespace redbase::main {

void RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    // Refused, it stays as it was: opening a file says so when it is reached.
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace redbase::main
