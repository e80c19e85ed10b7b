// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/control_fifo.h"

#include <fcntl.h>

#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::monitor {

namespace {

constexpr int kResize = 1;
constexpr int kReopenLog = 2;

void send_order(const std::string& socket_dir, int kind, unsigned first, unsigned second) {
  const std::string path = socket_dir + "/ctl";
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) {
    if (errno == ENXIO || errno == ENOENT) {
      throw Error(Code::kNotFound, "no monitor listens at " + path);
    }
    throw errno_error(errno, "open " + path);
  }
  write_all(
      fd.get(),
      std::to_string(kind) + " " + std::to_string(first) + " " + std::to_string(second) + "\n",
      path);
}

}  // namespace

void resize_terminal(const std::string& socket_dir, unsigned rows, unsigned columns) {
  send_order(socket_dir, kResize, rows, columns);
}

void reopen_log(const std::string& socket_dir) { send_order(socket_dir, kReopenLog, 0, 0); }

}  // namespace gantry::monitor
