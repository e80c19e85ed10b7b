// SPDX-License-Identifier: Apache-2.0
//
// The end of a container's process, and what follows from it: shared by stop, rm, restart,
// run and the monitor's exit command.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

struct Ending {
  int signal;
  std::chrono::milliseconds patience;  // then SIGKILL
  // Nobody else gets to clean up, or under --rm to remove, what has ended: others wait.
  bool keep_lock = false;
  // Whoever starts it again meanwhile has that run ended too.
  bool every_run = false;
};

// Sends the signal and waits until the container has ended; without the lock unless it is
// kept, but with it after SIGKILL: nobody shall freeze what dies. Answers it locked again,
// observed; nullopt when it was removed meanwhile. It runs when another command started it
// again, unless every run was to end. kTimeout when even SIGKILL does not end it.
[[nodiscard]] std::optional<LockedContainer> end_process(engine::Engine& engine,
                                                         LockedContainer container,
                                                         const Ending& ending);

// Cleans up an ended container (or one that was only created) unless somebody else did and,
// under --rm, removes it.
void finish_ended(engine::Engine& engine, LockedContainer container);

// The exit code of the run that began at started_ns, as the event log has it: for one whose
// record is gone, or tells of a later run. -1 when the log does not know.
[[nodiscard]] int logged_exit_code(const engine::Engine& engine, const std::string& id,
                                   std::int64_t started_ns);

}  // namespace gantry::lifecycle
