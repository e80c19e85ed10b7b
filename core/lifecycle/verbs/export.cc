// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/export.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/user_mounts.h"
#include "core/tree/pack.h"

namespace gantry::lifecycle {

void export_container(engine::Engine& engine, const std::string& name_or_id, int out) {
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kExport, name_or_id);
  const bool own = mounts_itself(container.state);
  const PassingMount mount(engine, container);
  const UniqueFd root = engine.mounter.hold(mount.path());
  if (own) {
    // It may be stopped and removed, however slow the reader is.
    container.lock.release();
  }
  tree::pack(root.get(), {.name = {}, .mapping = container.config.id_mapping}, out,
             "container " + name_or_id);
  announce(engine, container.config, "export");
}

}  // namespace gantry::lifecycle
