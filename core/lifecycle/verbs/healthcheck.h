// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/engine/engine.h"
#include "core/health/record.h"

namespace gantry::lifecycle {

// Does the container's check once, keeps and announces what it found, and acts as the
// container's on-failure says. True: the check succeeded. kInvalid: the container has no
// check, or does not run.
bool check_health(engine::Engine& engine, const std::string& name_or_id);

// Checks at once and then at each interval, until the container ends: what the runner does
// that each start makes for a container with a check. The runner ends with the container; a
// runner that was killed is replaced by the container's next start, not before.
void watch_health(engine::Engine& engine, const std::string& id);

// What is known of the health of a container with a check; nullopt where it has none.
[[nodiscard]] std::optional<health::Record> health_of(const engine::Engine& engine,
                                                      const std::string& id);

}  // namespace gantry::lifecycle
