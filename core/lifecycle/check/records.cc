// SPDX-License-Identifier: Apache-2.0
//
// The store itself, and containers whose create or rm died half way.
#include "core/lifecycle/check/findings.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"

namespace gantry::lifecycle {

std::set<std::string> recorded_containers(engine::Engine& engine) {
  std::set<std::string> ids;
  for (const store::ContainerRow& row :
       engine.store.read([](const store::Reader& reader) { return reader.containers(); })) {
    ids.insert(row.brief.id);
  }
  return ids;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

void check_store(engine::Engine& engine, Findings& findings) {
  try {
    engine.store.backend().check(locks::LockTable::kPatience);
  } catch (const Error& e) {
    findings.push_back({"store", "state store", e.what()});
  }
}

void check_containers(engine::Engine& engine, Findings& findings) {
  for (const store::ContainerRow& row : list(engine)) {
    const std::string& id = row.brief.id;
    const bool half_made = row.state.status == model::Status::kCreating;
    const bool half_gone = row.state.status == model::Status::kRemoving;
    // Whoever is at it holds its lock.
    if ((!half_made && !half_gone) || !engine.locks.try_acquire(locks::Kind::kContainer, id)) {
      continue;
    }
    findings.push_back({"container", id,
                        half_made ? "its create died half way" : "its removal died half way",
                        [&engine, id] { (void)remove(engine, id, {.force = true}); }});
  }
}

}  // namespace gantry::lifecycle
