// SPDX-License-Identifier: Apache-2.0
//
// What system check looks for, one concern a function. Each looks at what is there first
// and reads the records afterwards: records come before what they stand for and go after
// it, so what has no record then is nobody's. Repair is asked for finding by finding, and
// looks again before it acts.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct Finding {
  // container, layer, image, mount, volume, secret, run, network, monitor, cgroup, exec,
  // store; check: what could not be looked at
  std::string kind;
  std::string object;  // id, name or path
  std::string problem;
  std::function<void()> repair = nullptr;  // null: nothing that may be done without asking
};
using Findings = std::vector<Finding>;

// Ids of containers: of all that have a record; of those that may have something mounted, in
// the runtime or on a network.
[[nodiscard]] std::set<std::string> recorded_containers(engine::Engine& engine);
[[nodiscard]] std::set<std::string> activated_containers(engine::Engine& engine);

// Calls act, under the container's lock, unless it is among those to keep by then. The lock
// goes with a container that has no record.
void settle_leftover(engine::Engine& engine, const std::string& id,
                     std::set<std::string> (*keep)(engine::Engine&),
                     const std::function<void()>& act);

// Names in a folder; none when there is no such folder.
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder);

// Has the network free what belongs to no container that is activated.
void collect_attachments(engine::Engine& engine);

void check_store(engine::Engine& engine, Findings& findings);
void check_lost_records(engine::Engine& engine, Findings& findings);
// Half made, half removed, ended and not cleaned up.
void check_containers(engine::Engine& engine, Findings& findings);
void check_layers(engine::Engine& engine, Findings& findings);
void check_mounts(engine::Engine& engine, Findings& findings);
void check_volumes(engine::Engine& engine, Findings& findings);
void check_secrets(engine::Engine& engine, Findings& findings);
void check_networks(engine::Engine& engine, Findings& findings);
void check_run_files(engine::Engine& engine, Findings& findings);
void check_temporaries(engine::Engine& engine, Findings& findings);
void check_monitors(engine::Engine& engine, Findings& findings);
void check_cgroups(engine::Engine& engine, Findings& findings);
void check_execs(engine::Engine& engine, Findings& findings);

}  // namespace gantry::lifecycle
