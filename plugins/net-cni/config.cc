// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/config.h"

#include "plugins/net-cni/names.h"
#include "sdk/support/ip.h"
#include "sdk/support/json.h"

namespace gantry::net_cni {

namespace {

std::vector<std::filesystem::path> split_dirs(const std::string& text) {
  std::vector<std::filesystem::path> dirs;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(':', start), text.size());
    if (end > start) {
      dirs.emplace_back(text.substr(start, end - start));
    }
    start = end + 1;
  }
  return dirs;
}

}  // namespace

Config parse_config(std::string_view json) {
  Config config;
  const Json given = parse_json(json.empty() ? "{}" : json, "configuration of net-cni");
  for (const auto& [key, value] : given.items()) {
    if (!value.is_string()) {
      throw Error(Code::kInvalid, "configuration key " + key + " of net-cni must be a string");
    }
    const auto text = value.get<std::string>();
    if (key == "config_dirs") {
      config.config_dirs = split_dirs(text);
    } else if (key == "plugin_dirs") {
      config.plugin_dirs = split_dirs(text);
    } else if (key == "default_network") {
      require_name("network", text);
      config.default_network = text;
    } else if (key == "default_subnet") {
      config.default_subnet = to_text(parse_subnet(text));
    } else {
      throw Error(Code::kInvalid,
                  "unknown configuration key " + key +
                      " of net-cni; it knows config_dirs, plugin_dirs, default_network, "
                      "default_subnet");
    }
  }
  return config;
}

}  // namespace gantry::net_cni
