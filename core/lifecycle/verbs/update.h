// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Changes the limits that changes names, of a running container at once, and records them
// for every later start. When the runtime refuses nothing is recorded. Answers the id.
std::string update(engine::Engine& engine, const std::string& name_or_id,
                   const model::Resources& changes);

// The limits that result. Pure.
[[nodiscard]] model::Resources updated(const model::Resources& before,
                                       const model::Resources& changes);

}  // namespace gantry::lifecycle
