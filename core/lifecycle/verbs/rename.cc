// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/rename.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

void rename(engine::Engine& engine, const std::string& name_or_id,
            const std::string& new_name) {
  model::require_valid_name(new_name);
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kRename, name_or_id);
  container.config.name = new_name;
  engine.store.write(ports::Durability::kDurable,
                     [&](store::Writer& writer) { writer.update_container(container.config); });
  announce(engine, container.config, "rename");
}

}  // namespace gantry::lifecycle
