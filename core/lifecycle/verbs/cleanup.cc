// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/cleanup.h"

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/restart_policy.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

namespace {

// The restart policy, applied where the monitor reports an end. False: it has none to apply.
bool restart_by_policy(engine::Engine& engine, LockedContainer& container) {
  if (!wants_restart(container.config.restart, container.state)) {
    return false;
  }
  engine.monitor.expect_launch();
  ++container.state.restart_count;
  deactivate(engine, container);
  StartOptions how;
  how.by_policy = true;
  if (start_locked(engine, container, how)) {
    announce(engine, container.config, "restart");
  }
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
  // Nobody else will come for it: however long another command takes, this one waits.
  std::optional<LockedContainer> container =
      lock_if_exists(engine, name_or_id, {.patience = locks::LockTable::kAsLongAsItTakes});
  if (!container) {
    return;
  }
  // Its `run --rm` was killed before it could say that the container runs: the lock is ours.
  const bool orphan =
      container->state.status == Status::kCreating && container->config.auto_remove;
  // Started again, or already cleaned up by another command: all as it should be.
  if (!orphan &&
      (container->state.status != Status::kStopped || restart_by_policy(engine, *container))) {
    return;
  }
  finish_ended(engine, std::move(*container));
}

}  // namespace gantry::lifecycle
