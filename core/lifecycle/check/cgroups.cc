// SPDX-License-Identifier: Apache-2.0
//
// Cgroups of containers that do not run. Other engines use the same parent; ours are those
// of containers that our records or our event log name.
#include "core/lifecycle/cgroup_leftovers.h"
#include "core/lifecycle/check/findings.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

namespace {

std::set<std::string> containers_in_log(const engine::Engine& engine) {
  std::set<std::string> ids;
  engine.events.read({}, [&](const events::Event& event) {
    if (event.type == "container") {
      ids.insert(event.id);
    }
    return true;
  });
  return ids;
}

void remove_stray(engine::Engine& engine, const std::string& id) {
  settle_leftover(engine, id, activated_containers, [&] {
    remove_cgroups(std::string(kCgroupParent) + "/" + id);
    if (cgroups_below(kCgroupParent).contains(id)) {
      throw Error(Code::kBusy,
                  "cgroup " + id + " is still there: a process in it does not end");
    }
  });
}

}  // namespace

void check_cgroups(engine::Engine& engine, Findings& findings) {
  std::set<std::string> stray = cgroups_below(kCgroupParent);
  std::erase_if(stray, [&](const std::string& id) {
    return !model::is_full_id(id) || engine.locks.is_held(locks::Kind::kContainer, id);
  });
  const std::set<std::string> active = activated_containers(engine);
  std::erase_if(stray, [&](const std::string& id) { return active.contains(id); });
  if (stray.empty()) {
    return;
  }
  const std::set<std::string> recorded = recorded_containers(engine);
  const std::set<std::string> logged = containers_in_log(engine);
  // Whoever began to end it after the first look holds the lock until its cgroup is gone, too;
  // whoever started it again has a record by then.
  std::erase_if(stray, [&](const std::string& id) {
    return engine.locks.is_held(locks::Kind::kContainer, id);
  });
  const std::set<std::string> still = cgroups_below(kCgroupParent);
  const std::set<std::string> again = activated_containers(engine);
  for (const std::string& id : still) {
    if (stray.contains(id) && !again.contains(id) &&
        (recorded.contains(id) || logged.contains(id))) {
      findings.push_back({"cgroup", id, "the cgroup of a container that does not run",
                          [&engine, id] { remove_stray(engine, id); }});
    }
  }
}

}  // namespace gantry::lifecycle
