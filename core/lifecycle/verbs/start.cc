// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/start.h"

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

bool start_locked(engine::Engine& engine, LockedContainer& container,
                  const StartOptions& options) {
  const std::string id = container.config.id;
  if (!container.config.depends_on.empty() && options.start_dependencies) {
    // Their locks are not taken under ours.
    container.lock.release();
    start_dependencies(engine, container.config);
    container = lock_container(engine, id);
  }
  if ((options.by_policy && container.state.stopped_by_user) ||
      !permits(container.state.status, Verb::kStart, container.config.name)) {
    return false;
  }
  if (!options.by_policy) {
    container.state.restart_count = 0;
  }
  const bool was_created = container.state.status == Status::kCreated;
  activate(engine, container, options, ActivateTo::kRunning);
  if (!was_created) {
    announce(engine, container.config, "init");
  }
  announce(engine, container.config, "start");
  return true;
}

void start(engine::Engine& engine, const std::string& name_or_id, const StartOptions& options) {
  engine.monitor.expect_launch();
  LockedContainer container = lock_container(engine, name_or_id);
  (void)start_locked(engine, container, options);
}

void init(engine::Engine& engine, const std::string& name_or_id) {
  LockedContainer container = lock_container(engine, name_or_id);
  if (!permits(container.state.status, Verb::kInit, name_or_id)) {
    return;
  }
  require_dependencies(engine, container.config);
  activate(engine, container, {}, ActivateTo::kCreated);
  announce(engine, container.config, "init");
}

}  // namespace gantry::lifecycle
