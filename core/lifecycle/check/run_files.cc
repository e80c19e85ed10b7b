// SPDX-License-Identifier: Apache-2.0
//
// Run folders, exit files, pinned namespaces and the like of containers that are no more, or
// that do not run.
#include "core/lifecycle/cgroup_leftovers.h"
#include "core/lifecycle/check/findings.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::lifecycle {

namespace {

struct Place {
  const char* kind;
  const char* problem;
  std::filesystem::path folder;
  std::set<std::string> (*keep)(engine::Engine&);
  std::function<void(engine::Engine&, const std::string& id)> remove;
};

// Where the runtime was told to make its cgroup; the record that says so is gone.
std::string cgroups_in_bundle(const engine::Engine& engine, const std::string& id) {
  const auto text = read_file_if_exists(engine.layout.bundle(id) / "config.json");
  if (!text) {
    return {};
  }
  const Json path = parse_json(*text, "bundle of container " + id)
                        .value(Json::json_pointer("/linux/cgroupsPath"), Json());
  const bool ours = path.is_string() && path.get<std::string>().ends_with("/" + id);
  return ours ? path.get<std::string>() : "";
}

void remove_run_folder(engine::Engine& engine, const std::string& id) {
  try {
    engine.backends.runtime("").remove(id, true);
    remove_cgroups(cgroups_in_bundle(engine, id));
  } catch (const Error& e) {
    log::warning("ignoring what may run of container " + id + ": " + e.what());
  }
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
       recorded_containers, remove_run_folder},
      {"run", "the exit file of a container that is no more", layout.exits(),
       recorded_containers,
       [](engine::Engine& engine, const std::string& id) {
         remove_file(engine.layout.exit_file(id));
       }},
      {"network", "the pinned network namespace of a container that does not run",
       layout.run / "netns", activated_containers,
       [](engine::Engine& engine, const std::string& id) {
         engine.mounter.unpin_netns(engine.layout.netns(id));
       }},
      {"mount", "the count of mounts of a container that is no more", layout.mounts(),
       recorded_containers,
       [](engine::Engine& engine, const std::string& id) {
         remove_file(engine.layout.mounts(id));
       }},
      {"run", "the folder of a container that is no more", layout.data / "containers",
       recorded_containers,
       [](engine::Engine& engine, const std::string& id) {
         remove_tree(engine.layout.container_data(id));
       }},
  };
}

// Of a command that was killed before it wrote a record, or after it removed it. Whoever
// waited for the lock of a container that was removed makes the file again, for a moment.
void check_lock_files(engine::Engine& engine, Findings& findings) {
  const auto folder = engine.layout.locks() / locks::name_of(locks::Kind::kContainer);
  const std::set<std::string> kept = recorded_containers(engine);
  for (const std::string& id : names_in(folder)) {
    if (!model::is_full_id(id) || kept.contains(id)) {
      continue;
    }
    const auto lock = engine.locks.try_existing(locks::Kind::kContainer, id);
    if (lock && !recorded_containers(engine).contains(id)) {
      findings.push_back(
          {"run", (folder / id).string(), "the lock file of a container that is no more",
           [&engine, id] { settle_leftover(engine, id, recorded_containers, [] {}); }});
    }
  }
}

}  // namespace

void check_run_files(engine::Engine& engine, Findings& findings) {
  for (const Place& place : places(engine.layout)) {
    std::vector<std::string> ids = names_in(place.folder);
    // What does not look like ours is not touched; whoever is at work holds the lock.
    std::erase_if(ids, [&](const std::string& id) {
      return !model::is_full_id(id) || engine.locks.is_held(locks::Kind::kContainer, id);
    });
    const std::set<std::string> kept = place.keep(engine);
    for (const std::string& id : ids) {
      if (kept.contains(id) || !gantry::exists(place.folder / id)) {
        continue;
      }
      findings.push_back(
          {place.kind, (place.folder / id).string(), place.problem, [&engine, id, place] {
             settle_leftover(engine, id, place.keep, [&] { place.remove(engine, id); });
           }});
    }
  }
  check_lock_files(engine, findings);
}

}  // namespace gantry::lifecycle
