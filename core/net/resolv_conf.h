// SPDX-License-Identifier: Apache-2.0
//
// The text of a container's /etc/resolv.conf. Pure, but for read_host_resolv_conf.
#pragma once

#include <string>
#include <vector>

namespace gantry::net {

struct ResolvConfInput {
  std::string host;                  // the host's file
  std::vector<std::string> servers;  // --dns: replace all others
  std::vector<std::string> search;   // --dns-search: replace; a single "." is none at all
  std::vector<std::string> options;  // --dns-option: replace
  std::vector<std::string> network_servers;  // what the networks answered: replace the host's
  std::vector<std::string> network_search;   // come before the host's
  // The container has a network of its own: servers on the host's loopback are out of its
  // reach and left out; when none remains, public servers take their place.
  bool own_network = true;
  bool ipv6 = false;  // the container has IPv6: servers with such addresses are kept
};

[[nodiscard]] std::string make_resolv_conf(const ResolvConfInput& input);

// The host's file; where that only names the local stub resolver, the file it works from.
// Empty when there is none.
[[nodiscard]] std::string read_host_resolv_conf();

// Checks one --dns value; kInvalid in podman's words.
void require_dns_server(const std::string& text);

}  // namespace gantry::net
