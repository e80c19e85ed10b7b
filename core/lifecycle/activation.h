// SPDX-License-Identifier: Apache-2.0
//
// The second half of start and run: activating a container whose lock is held.
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

// Starts what the container depends on; names it when it does not start.
void start_dependencies(engine::Engine& engine, const model::ContainerConfig& config);

}  // namespace gantry::lifecycle
