// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct CleanupOptions {
  bool from_monitor = false;  // the monitor's exit command: a container gone meanwhile is fine
};

// Plays activate backwards for a container that has ended: state exited; removes it under
// --rm. kInvalid while it runs.
void cleanup(engine::Engine& engine, const std::string& name_or_id,
             const CleanupOptions& options = {});

}  // namespace gantry::lifecycle
