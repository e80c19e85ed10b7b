// SPDX-License-Identifier: Apache-2.0
//
// Network devices and routes of the host, through rtnetlink, /sys and /proc. Any thread.
#pragma once

#include <string>
#include <vector>

#include "sdk/support/ip.h"

namespace gantry::net_cni {

[[nodiscard]] bool link_exists(const std::string& name);
// Empty when there is no such device.
[[nodiscard]] std::string link_mac(const std::string& name);
// Gone counts as done.
void delete_link(const std::string& name);

// Devices attached to a bridge.
[[nodiscard]] std::vector<std::string> bridge_ports(const std::string& bridge);

// The free text of a device; empty when it has none or does not exist.
[[nodiscard]] std::string link_alias(const std::string& name);
void set_link_alias(const std::string& name, const std::string& alias);

// Subnets that the host has routes to, the default route left out.
[[nodiscard]] std::vector<Subnet> host_routes();

// Whether path is a network namespace that can be entered.
[[nodiscard]] bool is_network_namespace(const std::string& path);

}  // namespace gantry::net_cni
