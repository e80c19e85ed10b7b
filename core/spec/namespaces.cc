// SPDX-License-Identifier: Apache-2.0
#include "core/spec/contributors.h"

namespace gantry::spec {

namespace {

struct Choice {
  std::string type;
  std::optional<std::string> path;
  bool host;
};

bool net_is_host(const SpecInput& input) {
  return input.config.network.mode == model::NetworkMode::kHost;
}

// By default a container has a cgroup namespace only where cgroup v2 makes it useful.
bool cgroup_is_host(const SpecInput& input) {
  const std::string& mode = input.config.cgroup.mode;
  return mode == "host" || (mode != "private" && input.host.cgroups != CgroupMode::kUnified);
}

std::vector<Choice> choices(const SpecInput& input) {
  const model::ContainerConfig& config = input.config;
  return {{"pid", input.namespaces.pid, config.pid.mode == "host"},
          {"network", input.namespaces.net, net_is_host(input)},
          {"ipc", input.namespaces.ipc, config.ipc.mode == "host"},
          {"uts", input.namespaces.uts, config.uts.mode == "host"},
          {"mount", std::nullopt, false},
          {"cgroup", input.namespaces.cgroup, cgroup_is_host(input)},
          {"user", input.namespaces.user, input.mapping.uids.empty()}};
}

Json ranges(const std::vector<ports::IdRange>& from) {
  Json json = Json::array();
  for (const ports::IdRange& range : from) {
    json.push_back(
        {{"containerID", range.container}, {"hostID", range.host}, {"size", range.count}});
  }
  return json;
}

}  // namespace

bool has_new_namespace(const SpecInput& input, const std::string& type) {
  for (const Choice& choice : choices(input)) {
    if (choice.type == type) {
      return !choice.path && !choice.host;
    }
  }
  return false;
}

void add_namespaces(const SpecInput& input, Json& spec) {
  Json list = Json::array();
  for (const Choice& choice : choices(input)) {
    if (choice.path) {
      list.push_back({{"type", choice.type}, {"path", *choice.path}});
    } else if (!choice.host) {
      list.push_back({{"type", choice.type}});
    }
  }
  spec["linux"]["namespaces"] = std::move(list);
  // Told of a namespace that is joined, too: runtimes look up who its root is.
  if (!input.mapping.uids.empty()) {
    spec["linux"]["uidMappings"] = ranges(input.mapping.uids);
    spec["linux"]["gidMappings"] = ranges(input.mapping.gids);
  }
  if (has_new_namespace(input, "uts") && !input.hostname.empty()) {
    spec["hostname"] = input.hostname;
  }
}

}  // namespace gantry::spec
