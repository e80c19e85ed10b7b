// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/list.h"

#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/healthcheck.h"

namespace gantry::lifecycle {

namespace {

// Without the container's lock. A cleanup first says "stopped", then takes the run folder away,
// and then says "exited": meanwhile what has ended looks as if a reboot had wiped its folder.
model::ContainerState look(engine::Engine& engine, const std::string& id,
                           const model::ContainerState& recorded) {
  model::ContainerState seen = observe(engine, id, recorded);
  const bool wiped = seen.status == model::Status::kConfigured &&
                     recorded.status != seen.status &&
                     recorded.boot_id == engine.processes.boot_id();
  if (!wiped) {
    return seen;
  }
  const auto again =
      engine.store.read([&](const store::Reader& reader) { return reader.find_state(id); });
  if (again && again->status != recorded.status) {
    return look(engine, id, *again);
  }
  if (recorded.status == model::Status::kStopped) {
    seen.status = model::Status::kExited;
  }
  return seen;
}

}  // namespace

std::vector<store::ContainerRow> list(engine::Engine& engine) {
  std::vector<store::ContainerRow> rows =
      engine.store.read([](const store::Reader& reader) { return reader.containers(); });
  for (store::ContainerRow& row : rows) {
    row.state = look(engine, row.brief.id, row.state);
  }
  return rows;
}

Inspected inspect(engine::Engine& engine, const std::string& name_or_id) {
  Inspected found = engine.store.read([&](const store::Reader& reader) {
    const std::string id = reader.resolve_container(name_or_id);
    auto config = reader.find_container(id);
    auto state = reader.find_state(id);
    if (!config || !state) {
      throw Error(Code::kCorrupt,
                  "container " + id + ": the state store has lost its " +
                      (config ? "state" : "configuration") +
                      ": gantry system check --repair removes what is left of it");
    }
    return Inspected{*std::move(config), *std::move(state)};
  });
  found.state = look(engine, found.config.id, found.state);
  if (health::has_check(found.config.health)) {
    found.health = health_of(engine, found.config.id);
  }
  return found;
}

}  // namespace gantry::lifecycle
