// SPDX-License-Identifier: Apache-2.0
//
// Run folders, exit files, pinned namespaces and the like of containers that are no more.
#include <algorithm>

#include "core/lifecycle/check/findings.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

struct Place {
  const char* kind;
  const char* problem;
  std::filesystem::path folder;
  std::function<void(engine::Engine&, const std::string& id)> remove;
};

void remove_run_folder(engine::Engine& engine, const std::string& id) {
  // Mounts of ours first: removing stops at a file system's border.
  for (const std::string& name : names_in(engine.layout.container_run(id))) {
    if (name == "shm" || name == "secrets") {
      engine.mounter.unmount(engine.layout.container_run(id) / name);
    }
  }
  remove_tree(engine.layout.container_run(id));
}

std::vector<Place> places(const layout::Layout& layout) {
  return {
      {"run", "the run folder of a container that is no more", layout.containers_run(),
       remove_run_folder},
      {"run", "the exit file of a container that is no more", layout.exits(),
       [](engine::Engine& engine, const std::string& id) {
         remove_file(engine.layout.exit_file(id));
       }},
      {"network", "the pinned network namespace of a container that is no more",
       layout.run / "netns",
       [](engine::Engine& engine, const std::string& id) {
         engine.mounter.unpin_netns(engine.layout.netns(id));
       }},
      {"mount", "the count of mounts of a container that is no more", layout.mounts(),
       [](engine::Engine& engine, const std::string& id) {
         remove_file(engine.layout.mounts(id));
       }},
      {"run", "the folder of a container that is no more", layout.data / "containers",
       [](engine::Engine& engine, const std::string& id) {
         remove_tree(engine.layout.container_data(id));
       }},
  };
}

// What a command that was killed before it wrote a record, or after it removed it, left.
void check_lock_files(engine::Engine& engine, Findings& findings) {
  const std::filesystem::path folder =
      engine.layout.locks() / locks::name_of(locks::Kind::kContainer);
  const std::vector<std::string> ids = names_in(folder);
  const std::set<std::string> recorded = recorded_containers(engine);
  for (const std::string& id : ids) {
    if (!model::is_full_id(id) || recorded.contains(id) || !gantry::exists(folder / id) ||
        !engine.locks.try_acquire(locks::Kind::kContainer, id)) {
      continue;
    }
    findings.push_back({"run", (folder / id).string(),
                        "the lock file of a container that is no more", [&engine, id] {
                          auto lock = engine.locks.acquire(locks::Kind::kContainer, id,
                                                           locks::LockTable::kPatience);
                          if (!recorded_containers(engine).contains(id)) {
                            lock.release_and_forget();
                          }
                        }});
  }
}

}  // namespace

void check_run_files(engine::Engine& engine, Findings& findings) {
  for (const Place& place : places(engine.layout)) {
    std::vector<std::string> ids = names_in(place.folder);
    const std::set<std::string> recorded = recorded_containers(engine);
    std::erase_if(ids, [&](const std::string& id) {
      // What does not look like ours is not touched.
      return !model::is_full_id(id) || recorded.contains(id) ||
             !gantry::exists(place.folder / id);
    });
    for (const std::string& id : ids) {
      findings.push_back({place.kind, (place.folder / id).string(), place.problem,
                          [&engine, id, remove = place.remove] {
                            auto lock = engine.locks.acquire(locks::Kind::kContainer, id,
                                                             locks::LockTable::kPatience);
                            if (!recorded_containers(engine).contains(id)) {
                              remove(engine, id);
                              lock.release_and_forget();
                            }
                          }});
    }
  }
  check_lock_files(engine, findings);
}

}  // namespace gantry::lifecycle
