// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct WaitOptions {
  // "configured", "created", "running", "paused", "stopped", "exited", "removing",
  // "removed", "healthy", …; empty: stopped or exited.
  std::vector<std::string> conditions;
};

// Waits, by events, until a condition holds; answers the exit code (-1 for a condition that
// is not an end, as podman does). Holds no lock.
int wait(engine::Engine& engine, const std::string& name_or_id,
         const WaitOptions& options = {});

}  // namespace gantry::lifecycle
