// SPDX-License-Identifier: Apache-2.0
//
// The process that checks a container's health at each interval, and ends with it. Started and
// stopped by whoever holds the container's lock.
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

void start_health_runner(const engine::Engine& engine, const std::string& id);
// It ends by itself too; this is for not having it look on while the container is undone.
void stop_health_runner(const engine::Engine& engine, const std::string& id);

}  // namespace gantry::lifecycle
