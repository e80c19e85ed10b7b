// SPDX-License-Identifier: Apache-2.0
#include "cli/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace gantry::cli {

void fill_standard_streams() {
  constexpr int kModes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest number that is free: this one.
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", kModes[fd]) != fd) {
      std::abort();
    }
  }
}

}  // namespace gantry::cli
