// SPDX-License-Identifier: Apache-2.0
//
// Free ports of the host, found by binding sockets and closing them again: another program
// may take one before it is used, and setup then says so.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/model/network.h"

namespace gantry::net {

// Whether this port could be bound now; port 0 asks the kernel for any. Answers the port, or
// 0 when it is taken.
using ProbePort = std::function<std::uint16_t(const std::string& host_ip,
                                              const std::string& protocol, std::uint16_t port)>;
[[nodiscard]] std::uint16_t probe_port(const std::string& host_ip, const std::string& protocol,
                                       std::uint16_t port);

// Gives every mapping with host_port 0 a free run of host ports, none of them used by another
// mapping. kBusy when none is found.
void choose_host_ports(std::vector<model::PortMapping>& ports,
                       const ProbePort& probe = probe_port);

// --publish-all: what is exposed and not yet published, with host ports to be chosen.
[[nodiscard]] std::vector<model::PortMapping> publish_all(
    const std::vector<model::PortMapping>& published, const std::vector<std::string>& exposed);

}  // namespace gantry::net
