// SPDX-License-Identifier: Apache-2.0
//
// Runs programs. The child is made with vfork semantics and execs at once, so that it is
// safe and quick whatever threads and libraries the parent holds.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry {

struct Command {
  std::vector<std::string> argv;                // argv[0] is looked up by find_program
  std::optional<std::vector<std::string>> env;  // "NAME=value"; nullopt: inherited
  std::string stdin_data;
  std::vector<std::string> hide;  // mount points unmounted in a private mount namespace
  std::optional<std::chrono::milliseconds> timeout;  // then SIGKILL to its process group
  // Looked at a few times a second; true ends the program like a timeout, with kCancelled.
  std::function<bool()> cancelled;
};

struct CommandResult {
  int exit_code = 0;  // or 128 + signal
  std::string out;
  std::string err;
};

// Runs to the end and captures both outputs. kNotFound when there is no such program,
// kTimeout, kCancelled. Anything the program answers is a result, not an error.
[[nodiscard]] CommandResult run_command(const Command& command);

// A running child that is killed and reaped with its owner, unless released.
class Child {
 public:
  Child() = default;
  Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }
  // Waits to the end; exit code or 128 + signal.
  int wait();
  // nullopt: still running when the time was over.
  std::optional<int> wait_for(std::chrono::milliseconds timeout);
  // Leaves it to live on its own.
  pid_t release() noexcept { return std::exchange(pid_, -1); }

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_;
};

struct SpawnOptions {
  std::optional<std::vector<std::string>> env;
  std::vector<std::string> hide;
  // child descriptor number <- parent descriptor; all others are closed on exec.
  // 0, 1 and 2 come from the parent unless named; -1 stands for /dev/null.
  std::vector<std::pair<int, int>> fds;
  bool new_process_group = false;
  bool new_session = false;
  std::string directory;  // empty: the parent's
};

// This process's environment with more ("NAME=value") added, which wins over what was there;
// variables whose names begin with without, if that is not empty, are left out.
[[nodiscard]] std::vector<std::string> environment_with(const std::vector<std::string>& more,
                                                        std::string_view without = "");

// Starts a program; throws when it cannot be executed.
[[nodiscard]] Child spawn(const std::vector<std::string>& argv, const SpawnOptions& options);

}  // namespace gantry
