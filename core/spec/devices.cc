// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <utility>

#include "core/spec/contributors.h"

namespace gantry::spec {

namespace {

Json device_entry(const DeviceNode& node, const std::string& path) {
  return {{"path", path},          {"type", std::string(1, node.type)},
          {"major", node.major},   {"minor", node.minor},
          {"fileMode", node.mode}, {"uid", node.uid},
          {"gid", node.gid}};
}

Json allow_rule(const DeviceNode& node, const std::string& access) {
  return {{"allow", true},
          {"type", std::string(1, node.type)},
          {"major", node.major},
          {"minor", node.minor},
          {"access", access}};
}

void require_permissions(const std::string& permissions) {
  const bool valid = !permissions.empty() && permissions.size() <= 3 &&
                     permissions.find_first_not_of("rwm") == std::string::npos;
  if (!valid) {
    throw Error(Code::kInvalid, "invalid device mode: " + permissions);
  }
}

// "c 10:200 rwm", where a number may be "*".
Json parse_rule(const std::string& rule) {
  const auto fail = [&]() -> Error {
    return {Code::kInvalid,
            "invalid device cgroup rule requires type, major:Minor, and access rules: \"" +
                rule + "\""};
  };
  const std::size_t first = rule.find(' ');
  const std::size_t second = first == std::string::npos ? first : rule.find(' ', first + 1);
  if (second == std::string::npos) {
    throw fail();
  }
  const std::string type = rule.substr(0, first);
  const std::string numbers = rule.substr(first + 1, second - first - 1);
  const std::string access = rule.substr(second + 1);
  const std::size_t colon = numbers.find(':');
  if ((type != "a" && type != "b" && type != "c") || colon == std::string::npos) {
    throw fail();
  }
  require_permissions(access);
  Json json{{"allow", true}, {"type", type}, {"access", access}};
  const std::pair<const char*, std::string> parts[] = {{"major", numbers.substr(0, colon)},
                                                       {"minor", numbers.substr(colon + 1)}};
  for (const auto& [name, text] : parts) {
    if (text == "*") {
      continue;
    }
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc() || rest != end || value < 0) {
      throw fail();
    }
    json[name] = value;
  }
  return json;
}

struct Sections {
  Json nodes = Json::array();
  Json rules = Json::array();
  Json mounts = Json::array();
};

// Nobody in a user namespace can make device nodes, so a runtime binds the host's, and not
// every one of them finds it when it has another name in the container.
Json bound_device(const DeviceNode& node, const std::string& path) {
  return {{"destination", path},
          {"type", "bind"},
          {"source", node.path},
          {"options", {"bind", "rprivate", "nosuid", "noexec"}}};
}

void add_asked(const SpecInput& input, const model::Device& device, Sections& sections) {
  require_permissions(device.permissions);
  const std::string target =
      device.container_path.empty() ? device.host_path : device.container_path;
  const std::vector<DeviceNode> nodes = input.find_devices(device.host_path);
  if (nodes.empty()) {
    throw Error(Code::kInvalid, "no devices found in " + device.host_path);
  }
  for (const DeviceNode& node : nodes) {
    // A folder's devices keep their place below the folder.
    const std::string path = target + node.path.substr(device.host_path.size());
    // The last word on a path counts: a privileged container has it already.
    std::erase_if(sections.nodes.get_ref<Json::array_t&>(),
                  [&](const Json& other) { return other["path"] == path; });
    if (has_user_namespace(input) && path != node.path) {
      sections.mounts.push_back(bound_device(node, path));
    } else {
      sections.nodes.push_back(device_entry(node, path));
    }
    sections.rules.push_back(allow_rule(node, device.permissions));
  }
}

}  // namespace

void add_devices(const SpecInput& input, Json& spec) {
  const model::ContainerConfig& config = input.config;
  Sections sections;
  if (config.security.privileged) {
    sections.rules.push_back({{"allow", true}, {"access", "rwm"}});
    for (const DeviceNode& node : input.find_devices("/dev")) {
      sections.nodes.push_back(device_entry(node, node.path));
    }
  } else {
    sections.rules.push_back({{"allow", false}, {"access", "rwm"}});
  }
  for (const model::Device& device : config.devices) {
    add_asked(input, device, sections);
  }
  for (const std::string& rule : config.device_cgroup_rules) {
    sections.rules.push_back(parse_rule(rule));
  }
  for (Json& mount : sections.mounts) {
    spec["mounts"].push_back(std::move(mount));
  }
  if (!sections.nodes.empty()) {
    spec["linux"]["devices"] = std::move(sections.nodes);
  }
  // In a user namespace the kernel refuses to open other devices anyway, and an
  // unprivileged process may not set device rules.
  if (!input.host.rootless && config.cgroups != "disabled") {
    spec["linux"]["resources"]["devices"] = std::move(sections.rules);
  }
}

}  // namespace gantry::spec
