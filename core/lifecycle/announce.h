// SPDX-License-Identifier: Apache-2.0
//
// Tells the event log what happened to a container. Never throws: a full disk under the log
// must not keep a container from being stopped.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

void announce(engine::Engine& engine, const model::ContainerConfig& config,
              std::string_view action,
              const std::map<std::string, std::string>& attributes = {}) noexcept;

}  // namespace gantry::lifecycle
