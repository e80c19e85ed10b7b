// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct StopOptions {
  std::optional<unsigned> timeout_s = {};  // the container's own when not given
};

// Sends the container's stop signal, waits, sends SIGKILL; then cleans up. The lock is not
// held while waiting. Not running: nothing to do. A container of --rm is removed.
void stop(engine::Engine& engine, const std::string& name_or_id,
          const StopOptions& options = {});

}  // namespace gantry::lifecycle
