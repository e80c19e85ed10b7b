// SPDX-License-Identifier: Apache-2.0
//
// The end of a container's process, and what follows from it: shared by stop, rm, restart,
// run and the monitor's exit command.
#pragma once

#include <chrono>
#include <optional>

#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

// Sends the signal and waits, without the lock, until the container has ended; sends SIGKILL
// when patience is over. Answers it locked again, observed; nullopt when it was removed
// meanwhile. kTimeout when even SIGKILL does not end it.
[[nodiscard]] std::optional<LockedContainer> end_process(engine::Engine& engine,
                                                         LockedContainer container, int signal,
                                                         std::chrono::milliseconds patience);

// Cleans up an ended container (or one that was only created) and, under --rm, removes it.
void finish_ended(engine::Engine& engine, LockedContainer container);

}  // namespace gantry::lifecycle
