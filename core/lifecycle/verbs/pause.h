// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Freezes and thaws all processes of the container by its cgroup.
void pause(engine::Engine& engine, const std::string& name_or_id);
void unpause(engine::Engine& engine, const std::string& name_or_id);

}  // namespace gantry::lifecycle
