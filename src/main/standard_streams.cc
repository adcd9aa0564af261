#include "main/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace redbase::main {

void FillStandardStreams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) < 0) {
      // The lowest free descriptor is this one.
      open("/dev/null", O_RDONLY);
    }
  }
}

}  // namespace redbase::main
