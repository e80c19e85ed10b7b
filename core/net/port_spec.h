// SPDX-License-Identifier: Apache-2.0
//
// Published and exposed ports as people write them. Pure; failures are kInvalid in podman's
// words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/network.h"

namespace gantry::net {

// [[hostip:]hostport[-end]:]port[-end][/protocol[,protocol]]: one mapping for each protocol.
// A host port that is left out is 0: to be chosen (choose_host_ports).
[[nodiscard]] std::vector<model::PortMapping> parse_port(std::string_view text);

// port[-end][/protocol], as --expose and images write it; host_port is 0.
[[nodiscard]] std::vector<model::PortMapping> parse_exposed(std::string_view text);

// Mappings given twice are dropped. kInvalid when one host port would serve two container
// ports.
[[nodiscard]] std::vector<model::PortMapping> merge_ports(
    const std::vector<model::PortMapping>& ports);

// For ps: "0.0.0.0:8080-8081->80-81/tcp, 127.0.0.1:53->53/udp", neighbours joined.
[[nodiscard]] std::string ports_to_text(const std::vector<model::PortMapping>& ports);

// For port: "80/tcp -> 0.0.0.0:8080", one a port.
[[nodiscard]] std::vector<std::string> port_lines(const std::vector<model::PortMapping>& ports);

// "80/tcp", one a port: how containers list what they expose.
[[nodiscard]] std::vector<std::string> exposed_to_text(
    const std::vector<model::PortMapping>& ports);

}  // namespace gantry::net
