// SPDX-License-Identifier: Apache-2.0
//
// Volumes: claims and mounts for containers that are no more or do not run, folders that went
// missing, and what a create or remove that died left.
#include <algorithm>

#include "core/engine/volumes.h"
#include "core/lifecycle/check/findings.h"
#include "core/volume/leftovers.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void check_users(engine::Engine& engine, const volume::Volumes& volumes,
                 const std::string& name, Findings& findings) {
  const std::vector<std::string> users = volumes.users(name);
  const std::set<std::string> recorded = recorded_containers(engine);
  // Looked at again: a container that goes gives up its volumes before its record.
  const std::vector<std::string> now = volumes.users(name);
  for (const std::string& user : users) {
    if (!recorded.contains(user) && std::find(now.begin(), now.end(), user) != now.end()) {
      findings.push_back(
          {"volume", name, "it counts container " + user + " as a user, which is no more",
           [&engine, name, user] { volumes_of(engine).release(name, user, false); }});
    }
  }
}

void check_mounted(engine::Engine& engine, const volume::Volumes& volumes,
                   const std::string& name, Findings& findings) {
  const std::vector<std::string> holders = volumes.holders(name);
  const std::set<std::string> active = activated_containers(engine);
  for (const std::string& holder : holders) {
    if (!active.contains(holder) && !engine.locks.is_held(locks::Kind::kContainer, holder)) {
      findings.push_back({"volume", name,
                          "it is mounted for container " + holder + ", which does not run",
                          [&engine, name, holder] {
                            settle_leftover(engine, holder, activated_containers,
                                            [&] { volumes_of(engine).unmount(name, holder); });
                          }});
    }
  }
}

}  // namespace

void check_volumes(engine::Engine& engine, Findings& findings) {
  const std::filesystem::path root = engine.layout.volumes();
  const volume::Volumes volumes = volumes_of(engine);
  const std::map<std::string, std::string> leftovers = volume::leftovers(engine.store, root);
  for (const auto& [name, problem] : leftovers) {
    findings.push_back({"volume", name, problem, [&engine, root, volume = name] {
                          volume::settle_leftover(engine.store, root, volume,
                                                  engine.cancellation);
                        }});
  }
  for (const model::Volume& volume : volumes.list()) {
    if (leftovers.contains(volume.name)) {
      continue;
    }
    check_users(engine, volumes, volume.name, findings);
    check_mounted(engine, volumes, volume.name, findings);
    // Whoever removes it holds its lock until the record is gone too.
    if (!gantry::exists(volumes.path(volume.name)) &&
        !volume::lock_table(root).is_held(locks::Kind::kVolume, volume.name) &&
        engine.store.read([&](const store::Reader& reader) {
          return reader.find_volume(volume.name).has_value();
        })) {
      findings.push_back({"volume", volume.name, "its folder is gone: remove the volume"});
    }
  }
}

}  // namespace gantry::lifecycle
