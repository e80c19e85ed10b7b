// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/restore.h"

#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/restoration.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"

namespace gantry::lifecycle {

RestoreResult restore(engine::Engine& engine, const std::string& name_or_id,
                      const RestoreOptions& options) {
  engine.monitor.expect_launch();
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kRestore, name_or_id);
  require_dependencies(engine, container.config);
  return restore_locked(engine, container, options, true);
}

}  // namespace gantry::lifecycle
