// SPDX-License-Identifier: Apache-2.0
//
// Values: what a container asks of networks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/json_fields.h"

namespace gantry::model {

struct PortMapping {
  std::string host_ip;   // empty: all addresses
  std::string protocol = "tcp";
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  std::uint16_t range = 1;  // this many ports in a row
  friend bool operator==(const PortMapping&, const PortMapping&) = default;
};
GANTRY_JSON_FIELDS(PortMapping, host_ip, protocol, host_port, container_port, range)

struct NetworkAttachment {
  std::string network;
  std::string interface_name = "eth0";
  std::vector<std::string> static_ips;
  std::string static_mac;
  std::vector<std::string> aliases;
  friend bool operator==(const NetworkAttachment&, const NetworkAttachment&) = default;
};
GANTRY_JSON_FIELDS(NetworkAttachment, network, interface_name, static_ips, static_mac, aliases)

enum class NetworkMode { kBridge, kNone, kHost, kContainer, kPath };
NLOHMANN_JSON_SERIALIZE_ENUM(NetworkMode, {{NetworkMode::kBridge, "bridge"},
                                           {NetworkMode::kNone, "none"},
                                           {NetworkMode::kHost, "host"},
                                           {NetworkMode::kContainer, "container"},
                                           {NetworkMode::kPath, "ns"}})

}  // namespace gantry::model
