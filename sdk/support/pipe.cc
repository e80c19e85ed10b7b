// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sdk/support/errno_error.h"

namespace gantry {

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw errno_error(errno, "make a pipe");
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace gantry
