// SPDX-License-Identifier: Apache-2.0
//
// Containers of which the store has kept a part only: no verb can do anything with them.
#include "core/lifecycle/check/findings.h"

namespace gantry::lifecycle {

namespace {

bool is_whole(const store::Reader& reader, const std::string& id) {
  return reader.find_container(id).has_value() && reader.find_state(id).has_value();
}

// What the container had elsewhere is nobody's then, and found as such.
void drop(engine::Engine& engine, const std::string& id) {
  locks::Lock lock =
      engine.locks.acquire(locks::Kind::kContainer, id, locks::LockTable::kPatience);
  engine.store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    if (!is_whole(writer, id)) {
      writer.remove_container(id);
    }
  });
}

}  // namespace

void check_lost_records(engine::Engine& engine, Findings& findings) {
  const auto broken = engine.store.read([](const store::Reader& reader) {
    std::vector<std::string> ids;
    for (const store::ContainerRow& row : reader.containers()) {
      if (!is_whole(reader, row.brief.id)) {
        ids.push_back(row.brief.id);
      }
    }
    return ids;
  });
  for (const std::string& id : broken) {
    findings.push_back({"container", id, "the state store has lost a part of its record",
                        [&engine, id] { drop(engine, id); }});
  }
}

}  // namespace gantry::lifecycle
