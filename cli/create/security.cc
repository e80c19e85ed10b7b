// SPDX-License-Identifier: Apache-2.0
#include <cctype>

#include "cli/create/create_request.h"
#include "cli/values.h"

namespace gantry::cli {
namespace {

// "net_admin" -> "CAP_NET_ADMIN"; "all" stays "all".
std::vector<std::string> capabilities(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (std::string name : words) {
    for (char& c : name) {
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    if (name == "ALL") {
      names.emplace_back("all");
    } else {
      names.push_back(name.starts_with("CAP_") ? name : "CAP_" + name);
    }
  }
  return names;
}

// key=value; docker also wrote key:value.
std::pair<std::string, std::string> cut_option(const std::string& option) {
  if (const auto pair = cut(option, '=')) {
    return *pair;
  }
  return cut(option, ':').value_or(std::pair(option, std::string()));
}

void append(std::vector<std::string>& into, const std::vector<std::string>& more) {
  into.insert(into.end(), more.begin(), more.end());
}

bool on(const std::string& value) { return value.empty() || value == "true"; }

void read_security_option(const std::string& option, model::SecurityConfig& security) {
  const auto [key, value] = cut_option(option);
  if (key == "no-new-privileges") {
    security.no_new_privileges = on(value);
  } else if (key == "seccomp") {
    security.seccomp_profile = value;
  } else if (key == "apparmor") {
    security.apparmor_profile = value;
  } else if (key == "label") {
    security.label_options.push_back(value);
  } else if (key == "mask") {
    append(security.mask, split(value, ':'));
  } else if (key == "unmask") {
    if (value == "ALL" || value == "all") {
      security.unmask.emplace_back("ALL");
    } else {
      append(security.unmask, split(value, ':'));
    }
  } else {
    const bool bare = option.find_first_of("=:") == std::string::npos;
    throw Error(Code::kInvalid, std::string("invalid --security-opt ") + (bare ? "1" : "2") +
                                    ": \"" + option + "\"");
  }
}

}  // namespace

model::Device parse_device(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  model::Device device;
  device.host_path = parts[0];
  device.container_path = parts[0];
  const auto is_mode = [](const std::string& part) {
    return !part.empty() && part.find_first_not_of("rwm") == std::string::npos;
  };
  const bool two = parts.size() == 2;
  const bool three = parts.size() == 3;
  if (three && !is_mode(parts[2])) {
    throw Error(Code::kInvalid, "invalid device mode: " + parts[2]);
  }
  if (device.host_path.empty() || parts.size() > 3 ||
      ((two || three) && !parts[1].starts_with('/') && (three || !is_mode(parts[1])))) {
    throw Error(Code::kInvalid, "invalid device specification: " + text);
  }
  if ((two || three) && parts[1].starts_with('/')) {
    device.container_path = parts[1];
  } else if (two) {
    device.permissions = parts[1];
  }
  if (three) {
    device.permissions = parts[2];
  }
  return device;
}

void read_security(const Options& options, lifecycle::CreateRequest& request) {
  model::SecurityConfig& security = request.config.security;
  security.privileged = options.flag("privileged");
  security.read_only = options.flag("read-only");
  security.read_only_tmpfs = options.flag("read-only-tmpfs");
  security.cap_add = capabilities(options.list("cap-add"));
  security.cap_drop = capabilities(options.list("cap-drop"));
  security.options = options.list("security-opt");
  for (const std::string& option : security.options) {
    read_security_option(option, security);
  }
  for (const std::string& device : options.list("device")) {
    request.config.devices.push_back(parse_device(device));
  }
  request.config.device_cgroup_rules = options.list("device-cgroup-rule");
  for (const std::string& entry : options.list("sysctl")) {
    const auto pair = cut(entry, '=');
    if (!pair) {
      throw Error(Code::kInvalid,
                  entry + " is invalid, sysctl values must be in the form of KEY=VALUE");
    }
    request.config.sysctl.insert_or_assign(pair->first, pair->second);
  }
}

}  // namespace gantry::cli
