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
  std::string kind;    // container, layer, image, mount, volume, run, network, monitor, store
  std::string object;  // id, name or path
  std::string problem;
  std::function<void()> repair = nullptr;  // null: nothing that may be done without asking
};
using Findings = std::vector<Finding>;

[[nodiscard]] std::set<std::string> recorded_containers(engine::Engine& engine);
// Names in a folder; none when there is no such folder.
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder);

void check_store(engine::Engine& engine, Findings& findings);
void check_lost_records(engine::Engine& engine, Findings& findings);
void check_containers(engine::Engine& engine, Findings& findings);  // half made, half removed
void check_layers(engine::Engine& engine, Findings& findings);
void check_mounts(engine::Engine& engine, Findings& findings);
void check_volumes(engine::Engine& engine, Findings& findings);
void check_networks(engine::Engine& engine, Findings& findings);
void check_run_files(engine::Engine& engine, Findings& findings);
void check_monitors(engine::Engine& engine, Findings& findings);

}  // namespace gantry::lifecycle
