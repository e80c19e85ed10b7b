// SPDX-License-Identifier: Apache-2.0
//
// The truth about a container: what its record says, corrected by what the machine shows.
// Order of evidence: boot id, exit file, the monitor's life.
#pragma once

#include <chrono>
#include <optional>
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

struct LockOptions {
  std::chrono::milliseconds patience = locks::LockTable::kPatience;
  // What a dead command left and cannot be undone is logged, not thrown: for rm --force.
  bool go_on = false;
};

// Finds the container, waits for its lock, reads it again, observes, and cleans up after
// whoever died in the middle of activating it; saves the state if that changed it.
[[nodiscard]] LockedContainer lock_container(engine::Engine& engine,
                                             const std::string& name_or_id,
                                             const LockOptions& options = {});
// The same for an id whose container may be gone meanwhile: nullopt then.
[[nodiscard]] std::optional<LockedContainer> lock_if_exists(engine::Engine& engine,
                                                            const std::string& id,
                                                            const LockOptions& options = {});
// The same of a container whose lock was held all the time. False: it is gone.
[[nodiscard]] bool look_again(engine::Engine& engine, LockedContainer& container,
                              const LockOptions& options = {});

// Undoes all of activate and settles the state that results; saves it. Throws the first
// thing that could not be undone, after everything else was.
void deactivate(engine::Engine& engine, LockedContainer& container);

// To be said before the runtime is asked to freeze or thaw it: whoever locks the container
// next and finds this unfinished asks the runtime what became of it.
void begin_freezing(engine::Engine& engine, LockedContainer& container);

// Writes the state (relaxed: a reboot resets what it tells).
void save_state(engine::Engine& engine, const LockedContainer& container);

}  // namespace gantry::lifecycle
