// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/cleanup.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/restart_policy.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/start.h"

namespace gantry::lifecycle {

namespace {

// The restart policy, applied where the monitor reports an end. True: it runs again.
bool restart_by_policy(engine::Engine& engine, LockedContainer& container) {
  if (!wants_restart(container.config.restart, container.state)) {
    return false;
  }
  const std::string id = container.config.id;
  const model::ContainerConfig config = container.config;
  ++container.state.restart_count;
  deactivate(engine, container);
  container.lock.release();
  StartOptions how;
  how.by_policy = true;
  start(engine, id, how);
  announce(engine, config, "restart");
  return true;
}

}  // namespace

void cleanup(engine::Engine& engine, const std::string& name_or_id,
             const CleanupOptions& options) {
  if (!options.from_monitor) {
    LockedContainer container = lock_container(engine, name_or_id);
    if (permits(container.state.status, Verb::kCleanup, name_or_id)) {
      finish_ended(engine, std::move(container));
    }
    return;
  }
  std::optional<LockedContainer> container = lock_if_exists(engine, name_or_id);
  // Gone, started again, or already cleaned up by another command: all as it should be.
  if (!container || container->state.status != Status::kStopped ||
      restart_by_policy(engine, *container)) {
    return;
  }
  finish_ended(engine, std::move(*container));
}

}  // namespace gantry::lifecycle
