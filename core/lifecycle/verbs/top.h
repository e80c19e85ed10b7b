// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// The host pids of all processes in the container.
std::vector<int> top(engine::Engine& engine, const std::string& name_or_id);

}  // namespace gantry::lifecycle
