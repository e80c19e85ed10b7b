// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// What the top layer of a container, or of an image, changes in those below it; without
// what the engine and the runtime put into every container. Takes no container's lock.
// kNotFound when there is neither.
[[nodiscard]] std::vector<ports::Change> diff(engine::Engine& engine,
                                              const std::string& name_or_id);

}  // namespace gantry::lifecycle
