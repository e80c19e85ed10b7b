// SPDX-License-Identifier: Apache-2.0
//
// The truth about a container: what its record says, corrected by what the machine shows.
// Order of evidence: boot id, exit file, the monitor's life.
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// The state as it is now. Changes nothing, waits for nobody.
[[nodiscard]] model::ContainerState observe(engine::Engine& engine, const std::string& id,
                                            const model::ContainerState& recorded);

// A container with its lock held and its state observed.
struct LockedContainer {
  locks::Lock lock;
  model::ContainerConfig config;
  model::ContainerState state;
};

// Finds the container, waits for its lock, reads it again, observes, and cleans up after
// whoever died in the middle of activating it; saves the state if that changed it.
[[nodiscard]] LockedContainer lock_container(engine::Engine& engine,
                                             const std::string& name_or_id);
// The same for an id whose container may be gone meanwhile: nullopt then.
[[nodiscard]] std::optional<LockedContainer> lock_if_exists(engine::Engine& engine,
                                                            const std::string& id);

// Undoes all of activate and settles the state that results; saves it. Throws the first
// thing that could not be undone, after everything else was.
void deactivate(engine::Engine& engine, LockedContainer& container);

// Writes the state (relaxed: a reboot resets what it tells).
void save_state(engine::Engine& engine, const LockedContainer& container);

}  // namespace gantry::lifecycle
