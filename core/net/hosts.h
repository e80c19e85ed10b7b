// SPDX-License-Identifier: Apache-2.0
//
// The text of a container's /etc/hosts and /etc/hostname. Pure.
#pragma once

#include <string>
#include <vector>

namespace gantry::net {

struct HostsInput {
  std::string base;                // the file to start from, usually the host's
  std::vector<std::string> extra;  // --add-host: "name:ip" or "name:host-gateway"
  std::string host_ip;             // the host as the container reaches it; may be empty
  std::vector<std::string> own_ips;
  std::vector<std::string> own_names;  // host name, then the container's name
};

// Extra names first, then the base, then host.containers.internal and the container itself;
// of two lines for one name the earlier counts, so later ones are left out.
[[nodiscard]] std::string make_hosts(const HostsInput& input);

// Checks one --add-host value; kInvalid in podman's words.
void require_extra_host(const std::string& text);

}  // namespace gantry::net
