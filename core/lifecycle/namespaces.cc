// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/namespaces.h"

#include "core/lifecycle/sync.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

namespace {

// /proc/PID/ns/KIND of a running container.
std::string namespace_of(const StepContext& context, const std::string& other,
                         const std::string& kind) {
  const std::optional<model::ContainerState> recorded = context.engine.store.read(
      [&](const store::Reader& reader) { return reader.find_state(other); });
  const model::ContainerState state =
      recorded ? observe(context.engine, other, *recorded) : model::ContainerState{};
  if (state.pid <= 0) {
    throw Error(Code::kInvalid, "cannot join the " + kind + " namespace of container " +
                                    model::short_id(other) +
                                    " as it is not running: start it "
                                    "first: container state improper");
  }
  return "/proc/" + std::to_string(state.pid) + "/ns/" + kind;
}

std::optional<std::string> joined(const StepContext& context, const model::NamespaceMode& mode,
                                  const std::string& kind) {
  if (mode.mode == "container") {
    return namespace_of(context, mode.value, kind);
  }
  if (mode.mode == "ns") {
    return mode.value;
  }
  return std::nullopt;
}

}  // namespace

spec::NamespacePaths namespaces_of(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  spec::NamespacePaths paths;
  paths.pid = joined(context, config.pid, "pid");
  paths.ipc = joined(context, config.ipc, "ipc");
  paths.uts = joined(context, config.uts, "uts");
  if (!config.id_mapping.empty()) {
    paths.user = joined(context, config.user, "user");
  }
  paths.cgroup = joined(context, config.cgroup, "cgroup");
  switch (config.network.mode) {
    case model::NetworkMode::kBridge:
      if (config.id_mapping.empty()) {
        paths.net = context.state.netns_path;
      }
      break;
    case model::NetworkMode::kContainer:
      paths.net = namespace_of(context, config.network.mode_value, "net");
      break;
    case model::NetworkMode::kPath:
      paths.net = config.network.mode_value;
      break;
    case model::NetworkMode::kNone:
    case model::NetworkMode::kHost:
      break;
  }
  return paths;
}

std::string hostname_of(const StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (config.uts.mode != "private") {
    return {};
  }
  return config.hostname.empty() ? model::short_id(config.id) : config.hostname;
}

}  // namespace gantry::lifecycle
