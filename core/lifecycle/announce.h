// SPDX-License-Identifier: Apache-2.0
//
// Tells the event log what happened. Never throws: a full disk under the log must not keep a
// container from being stopped.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

void announce(engine::Engine& engine, const model::ContainerConfig& config,
              std::string_view action,
              const std::map<std::string, std::string>& attributes = {}) noexcept;

// What has no configuration: an image, a volume, a network.
struct Subject {
  std::string_view type;
  std::string id = {};
  std::string name = {};
  std::map<std::string, std::string> attributes = {};
};
void announce(const engine::Engine& engine, const Subject& subject,
              std::string_view action) noexcept;

}  // namespace gantry::lifecycle
