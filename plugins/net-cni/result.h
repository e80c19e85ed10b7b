// SPDX-License-Identifier: Apache-2.0
//
// Reads CNI results of any version from 0.2.0 to 1.0.0. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::net_cni {

struct Link {
  std::string name;
  std::string mac;
  bool in_container = false;
};

struct Address {
  std::string ipnet;  // "10.89.0.2/16"
  std::string gateway;
  std::string interface_name;  // empty: the result does not tell
};

struct Result {
  std::vector<Link> links;
  std::vector<Address> addresses;
  std::vector<std::string> dns_servers;
  std::vector<std::string> dns_search;
};

// kCorrupt when it is not a result.
[[nodiscard]] Result parse_result(const Json& json, const std::string& what);

// The entry of one network in the status object of the ABI.
[[nodiscard]] Json status_of(const Result& result, const std::string& interface_name);

// The host's end of the container's link, if the result tells.
[[nodiscard]] std::optional<Link> host_link(const Result& result);

}  // namespace gantry::net_cni
