// SPDX-License-Identifier: Apache-2.0
//
// Ends a command that takes too long, while the thread that waits for it is busy carrying its
// streams: the kernel's timer wakes it by SIGALRM. One at a time in a process.
#pragma once

#include <chrono>

#include "core/ports/monitor.h"

namespace gantry::lifecycle {

class ExecDeadline {
 public:
  explicit ExecDeadline(std::chrono::nanoseconds timeout);
  ExecDeadline(const ExecDeadline&) = delete;
  ExecDeadline& operator=(const ExecDeadline&) = delete;
  ~ExecDeadline();

  // From now on the time runs for this process.
  void start(const ports::Started& command);
  // For a signal that came as an event: SIGALRM, or one by which a user gives up.
  static void on_signal(int signal) noexcept;
  [[nodiscard]] bool passed() const noexcept;

 private:
  std::chrono::nanoseconds timeout_;
  UniqueFd process_;
};

}  // namespace gantry::lifecycle
