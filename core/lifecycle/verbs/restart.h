// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/engine/engine.h"
#include "core/lifecycle/verbs/stop.h"

namespace gantry::lifecycle {

// Stops (if running) and starts again, with a new monitor and a new network setup.
void restart(engine::Engine& engine, const std::string& name_or_id,
             const StopOptions& options = {});

}  // namespace gantry::lifecycle
