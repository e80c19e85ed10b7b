// SPDX-License-Identifier: Apache-2.0
//
// Volumes: claims of containers that are no more, and folders that went missing.
#include "core/volume/volumes.h"

#include "core/lifecycle/check/findings.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

void check_volumes(engine::Engine& engine, Findings& findings) {
  const volume::Volumes volumes(engine.store, engine.layout.volumes());
  for (const model::Volume& volume : volumes.list()) {
    const std::vector<std::string> users = volumes.users(volume.name);
    const std::set<std::string> recorded = recorded_containers(engine);
    for (const std::string& user : users) {
      if (!recorded.contains(user)) {
        findings.push_back({"volume", volume.name,
                            "it counts container " + user + " as a user, which is no more",
                            [&engine, name = volume.name, user] {
                              volume::Volumes(engine.store, engine.layout.volumes())
                                  .release(name, user, false);
                            }});
      }
    }
    if (!gantry::exists(volumes.path(volume.name))) {
      findings.push_back({"volume", volume.name, "its folder is gone: remove the volume"});
    }
  }
}

}  // namespace gantry::lifecycle
