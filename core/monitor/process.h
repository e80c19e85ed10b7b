// SPDX-License-Identifier: Apache-2.0
//
// A conmon just started, and the pipe on which it reports. Owned by one launch or exec, used
// by one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/monitor/sync_message.h"
#include "sdk/support/subprocess.h"
#include "sdk/support/unique_fd.h"

namespace gantry::monitor {

struct ProcessOptions {
  std::vector<std::string> env;  // on top of this process's own
  std::string directory;         // conmon leaves its OOM mark where it works
  bool own_stdio = false;        // passthrough: the container gets this process's stdio
  bool attach = false;           // with start and attach pipes
  unsigned preserve_fds = 0;
};

// Killed with its owner, and the runtime's create or exec with it, until let_live.
class Process {
 public:
  Process(const std::vector<std::string>& argv, const ProcessOptions& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // exec with attach: waits for the attach socket, later lets the command run.
  void wait_for_socket(std::chrono::milliseconds timeout);
  void release_command();
  // The pid of the created process. RuntimeFailed; kTimeout.
  int wait_for_pid(std::chrono::milliseconds timeout);
  // The next number on the sync pipe, however long it takes; nullopt: closed without.
  std::optional<int> wait_for_number();
  void let_live() noexcept { (void)child_.release(); }

 private:
  enum class Outcome { kLine, kClosed, kTimeout };
  Outcome read_line(int fd, std::string& pending, std::string& line,
                    std::optional<std::chrono::steady_clock::time_point> deadline);
  [[noreturn]] void fail_without_words();
  [[nodiscard]] std::string said() const;

  Child child_;
  pid_t pid_ = -1;
  UniqueFd sync_;
  UniqueFd attach_;
  UniqueFd start_;
  UniqueFd errors_;  // what conmon prints before it disconnects its stdio
  std::string sync_pending_;
};

}  // namespace gantry::monitor
