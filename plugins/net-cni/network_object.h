// SPDX-License-Identifier: Apache-2.0
//
// Podman's network object on one side, a CNI configuration list on the other. Pure, but for
// the file times that describe reads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/net-cni/conflist.h"
#include "sdk/support/ip.h"

namespace gantry::net_cni {

struct NetworkSubnet {
  Subnet subnet;
  std::optional<Ip> gateway;
  std::optional<Ip> range_start;
  std::optional<Ip> range_end;
};

// What a network of gantry's own is, complete.
struct NetworkObject {
  std::string name;
  std::string id;
  std::string driver = "bridge";  // bridge, macvlan, ipvlan
  std::string interface_name;     // the bridge; or the parent, empty: of the default route
  std::string created;            // RFC 3339
  std::vector<NetworkSubnet> subnets;
  bool ipv6 = false;
  bool internal = false;
  bool dns = false;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> options;
  std::string ipam = "host-local";  // host-local, dhcp, none
};

// Reads what a person asked for. Fields left out keep their defaults; what cannot be is
// kInvalid or kUnsupported in podman's words. Subnets get their gateways.
[[nodiscard]] NetworkObject parse_network(const Json& json);
// Checks subnets against each other and their own gateway and range; completes gateways.
void complete_subnet(NetworkSubnet& subnet, bool internal);

// The text of its configuration list.
[[nodiscard]] Json conflist_of(const NetworkObject& network, const std::string& cni_version);

// Podman's object of any list, gantry's own or the administrator's.
[[nodiscard]] Json describe(const Conflist& list);
// The part of it that rules need; of gantry's own lists only.
[[nodiscard]] NetworkObject network_of(const Conflist& list);

[[nodiscard]] bool option_is_true(const NetworkObject& network, const std::string& option);

}  // namespace gantry::net_cni
