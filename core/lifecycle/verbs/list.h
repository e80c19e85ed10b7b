// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/health/record.h"

namespace gantry::lifecycle {

struct Inspected {
  model::ContainerConfig config;
  model::ContainerState state;                // as it is now, not as it was last written
  std::optional<health::Record> health = {};  // of a running container with a check
};

// All containers, oldest first, with the state they are in now. Takes no container's lock
// and writes nothing, so it never waits for a slow verb.
std::vector<store::ContainerRow> list(engine::Engine& engine);

// One container, likewise.
Inspected inspect(engine::Engine& engine, const std::string& name_or_id);

}  // namespace gantry::lifecycle
