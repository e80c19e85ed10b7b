// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/stats.h"

#include <sstream>

#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// /proc/PID/net/dev: "name: received-bytes 7 more… sent-bytes …".
void add_network(const std::string& devices, ContainerStats& stats) {
  std::istringstream lines(devices);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      continue;
    }
    const std::size_t name = line.find_first_not_of(' ');
    if (line.substr(name, colon - name) == "lo") {
      continue;
    }
    std::istringstream numbers(line.substr(colon + 1));
    std::uint64_t number = 0;
    for (int column = 0; column <= 8 && numbers >> number; ++column) {
      stats.received_bytes += column == 0 ? number : 0;
      stats.sent_bytes += column == 8 ? number : 0;
    }
  }
}

}  // namespace

ContainerStats stats(engine::Engine& engine, const std::string& name_or_id) {
  const Inspected container = inspect(engine, name_or_id);
  (void)permits(container.state.status, Verb::kStats, name_or_id);
  if (container.config.cgroups == "disabled") {
    throw Error(Code::kInvalid, "cannot read the stats of container " + name_or_id +
                                    ": it has no cgroup of its own (--cgroups=disabled)");
  }
  ContainerStats result;
  result.id = container.config.id;
  result.name = container.config.name;
  result.started_ns = container.state.started_ns;
  result.time_ns = engine.clock.now_ns();
  result.usage = cgroup_usage_of(container.state.pid);
  if (container.config.network.mode != model::NetworkMode::kHost) {
    add_network(read_file("/proc/" + std::to_string(container.state.pid) + "/net/dev"), result);
  }
  return result;
}

}  // namespace gantry::lifecycle
