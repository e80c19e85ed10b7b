// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/announce.h"

#include "core/log/log.h"

namespace gantry::lifecycle {

void announce(engine::Engine& engine, const model::ContainerConfig& config,
              std::string_view action,
              const std::map<std::string, std::string>& attributes) noexcept {
  try {
    events::Event event;
    event.time_ns = engine.clock.now_ns();
    event.type = "container";
    event.action = action;
    event.id = config.id;
    event.name = config.name;
    event.image = config.image_name;
    event.attributes = config.labels;
    event.attributes.insert(attributes.begin(), attributes.end());
    engine.events.append(std::move(event));
  } catch (const std::exception& e) {
    log::warning(std::string("ignoring that an event could not be written: ") + e.what());
  }
}

}  // namespace gantry::lifecycle
