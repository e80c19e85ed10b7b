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
  std::string host_ip;  // empty: all addresses
  std::string protocol = "tcp";
  std::uint16_t host_port = 0;
  std::uint16_t container_port = 0;
  std::uint16_t range = 1;  // this many ports in a row
  friend bool operator==(const PortMapping&, const PortMapping&) = default;
};
GANTRY_DECLARE_JSON(PortMapping)

struct NetworkAttachment {
  std::string network;
  std::string interface_name = "eth0";
  std::vector<std::string> static_ips;
  std::string static_mac;
  std::vector<std::string> aliases;
  friend bool operator==(const NetworkAttachment&, const NetworkAttachment&) = default;
};
GANTRY_DECLARE_JSON(NetworkAttachment)

enum class NetworkMode { kBridge, kNone, kHost, kContainer, kPath };
GANTRY_DECLARE_JSON(NetworkMode)

}  // namespace gantry::model
