// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/top.h"

#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

std::vector<int> top(engine::Engine& engine, const std::string& name_or_id) {
  const Inspected container = inspect(engine, name_or_id);
  (void)permits(container.state.status, Verb::kTop, name_or_id);
  return engine.backends.runtime(container.config.backends.runtime).ps(container.config.id);
}

}  // namespace gantry::lifecycle
