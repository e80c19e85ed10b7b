// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Sends a signal to the container's first process. kInvalid when it is not running.
void kill(engine::Engine& engine, const std::string& name_or_id, int signal);

}  // namespace gantry::lifecycle
