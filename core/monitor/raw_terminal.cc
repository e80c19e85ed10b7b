// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/raw_terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "sdk/support/errno_error.h"

namespace gantry::monitor {

RawTerminal::RawTerminal(int fd) : fd_(fd) {
  termios now{};
  if (fd_ >= 0 && ::tcgetattr(fd_, &now) == 0) {
    saved_ = now;
    enter();
  }
}

void RawTerminal::enter() {
  if (!saved_) {
    return;
  }
  termios raw = *saved_;
  ::cfmakeraw(&raw);
  while (::tcsetattr(fd_, TCSANOW, &raw) != 0) {
    if (errno != EINTR) {
      throw errno_error(errno, "put the terminal into raw mode");
    }
  }
}

void RawTerminal::restore() noexcept {
  if (saved_) {
    while (::tcsetattr(fd_, TCSANOW, &*saved_) != 0 && errno == EINTR) {
    }
  }
}

std::optional<std::pair<unsigned, unsigned>> terminal_size(int fd) noexcept {
  winsize size{};
  if (fd < 0 || ::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
    return std::nullopt;
  }
  return std::pair<unsigned, unsigned>{size.ws_row, size.ws_col};
}

}  // namespace gantry::monitor
