// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct RemoveOptions {
  bool force = false;    // a running one is stopped first; leftovers are no obstacle
  bool volumes = false;  // its anonymous volumes too
  bool depend = false;   // containers that depend on it first
  std::optional<unsigned> timeout_s = {};
};

// Undoes everything and drops the record. kInvalid when it runs and force is not given;
// kExists names a dependent. Answers the ids removed, dependents first.
std::vector<std::string> remove(engine::Engine& engine, const std::string& name_or_id,
                                const RemoveOptions& options = {});

}  // namespace gantry::lifecycle
