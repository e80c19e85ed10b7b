// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/announce.h"

#include "core/log/log.h"

namespace gantry::lifecycle {

namespace {

void append(const engine::Engine& engine, events::Event event) noexcept {
  try {
    event.time_ns = engine.clock.now_ns();
    engine.events.append(std::move(event));
  } catch (const std::exception& e) {
    log::warning(std::string("ignoring that an event could not be written: ") + e.what());
  }
}

// Labels are an image's to choose: those that would push the log's history out are left out,
// and none takes the place of what the engine itself has to tell.
void add_labels(const std::map<std::string, std::string>& labels,
                std::map<std::string, std::string>& attributes) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 10U;
  std::size_t bytes = 0;
  for (const auto& [name, value] : labels) {
    const std::size_t size = name.size() + value.size();
    if (size <= kMostBytes - bytes && attributes.emplace(name, value).second) {
      bytes += size;
    }
  }
}

}  // namespace

void announce(engine::Engine& engine, const model::ContainerConfig& config,
              std::string_view action,
              const std::map<std::string, std::string>& attributes) noexcept {
  events::Event event;
  event.type = "container";
  event.action = action;
  event.id = config.id;
  event.name = config.name;
  event.image = config.image_name;
  event.attributes = attributes;
  add_labels(config.labels, event.attributes);
  append(engine, std::move(event));
}

void announce(const engine::Engine& engine, const Subject& subject,
              std::string_view action) noexcept {
  events::Event event;
  event.type = subject.type;
  event.action = action;
  event.id = subject.id;
  event.name = subject.name;
  event.attributes = subject.attributes;
  append(engine, std::move(event));
}

}  // namespace gantry::lifecycle
