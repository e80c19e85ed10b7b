// SPDX-License-Identifier: Apache-2.0
//
// The plug-in's section of the configuration, an object of strings:
//   config_dirs      folders with CNI network files, separated by ':'
//   plugin_dirs      folders with CNI plug-ins, separated by ':'
//   default_network  name of the network used when none is asked for
//   default_subnet   the subnet it gets when it is created, if that is still free
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::net_cni {

struct Config {
  std::vector<std::filesystem::path> config_dirs{"/etc/cni/net.d"};
  std::vector<std::filesystem::path> plugin_dirs{"/usr/lib/cni", "/opt/cni/bin",
                                                 "/usr/libexec/cni"};
  std::string default_network = "gantry";
  std::string default_subnet = "10.89.0.0/16";
};

// kInvalid names an unknown key.
[[nodiscard]] Config parse_config(std::string_view json);

}  // namespace gantry::net_cni
