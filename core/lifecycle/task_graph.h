// SPDX-License-Identifier: Apache-2.0
//
// Tasks, some of which must follow others: those that need not wait for each other run at
// once, on threads of their own. [thread-safe]
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <vector>

namespace gantry::lifecycle {

struct Task {
  std::function<void()> work;
  std::vector<std::size_t> after = {};  // places in the list of tasks
};

struct Outcome {
  bool ran = false;  // false: one of those before it failed
  std::exception_ptr failure = nullptr;
};

// Runs all of them, at most so many at the same time, and answers what became of each. With
// one at a time they run on the calling thread, in an order in which each follows those it
// waits for. SIGINT and SIGTERM reach the calling thread, and then every other one too, as
// an interrupted system call. REQUIRES: no task waits for itself, directly or not.
[[nodiscard]] std::vector<Outcome> run_tasks(unsigned at_most, const std::vector<Task>& tasks);

}  // namespace gantry::lifecycle
