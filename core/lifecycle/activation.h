// SPDX-License-Identifier: Apache-2.0
//
// The second half of start, restart and run: activating a container whose lock is held.
#pragma once

#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/start.h"

namespace gantry::lifecycle {

enum class ActivateTo { kCreated, kRunning };

// Plays activate (from state created: only its last step) and saves the state. When it
// throws, everything it activated was undone and the failure is in the record.
// REQUIRES: a state that permits it; what it depends on runs.
void activate(engine::Engine& engine, LockedContainer& container, const StartOptions& options,
              ActivateTo goal);

// As start, with the lock held; it is let go while what the container depends on is started.
// False: there was nothing to do, or the user stopped what a policy was about to start.
bool start_locked(engine::Engine& engine, LockedContainer& container,
                  const StartOptions& options);

}  // namespace gantry::lifecycle
