// SPDX-License-Identifier: Apache-2.0
#include "core/net/host_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <gantry/error.hpp>
#include <map>

#include "core/net/port_spec.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/unique_fd.h"

namespace gantry::net {

using model::PortMapping;

namespace {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// Ports of one side, by protocol: an image may expose all there are.
class PortSet {
 public:
  void add(const std::string& protocol, int first, int count) {
    auto& ports = ports_.try_emplace(protocol, kPorts).first->second;
    std::fill_n(ports.begin() + first, std::clamp(count, 0, kPorts - first), true);
  }
  [[nodiscard]] bool has_any(const std::string& protocol, int first, int count) const {
    const auto found = ports_.find(protocol);
    if (found == ports_.end()) {
      return false;
    }
    const auto begin = found->second.begin() + first;
    const auto end = begin + std::clamp(count, 0, kPorts - first);
    return std::find(begin, end, true) != end;
  }

 private:
  static constexpr int kPorts = 65536;
  std::map<std::string, std::vector<bool>> ports_;
};

bool run_is_free(const PortMapping& wanted, std::uint16_t first, const ProbePort& probe) {
  for (int i = 1; i < wanted.range; ++i) {
    const auto port = static_cast<std::uint16_t>(first + i);
    if (probe(wanted.host_ip, wanted.protocol, port) != port) {
      return false;
    }
  }
  return true;
}

std::uint16_t find_run(const PortMapping& wanted, const PortSet& others,
                       const ProbePort& probe) {
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    const std::uint16_t first = probe(wanted.host_ip, wanted.protocol, 0);
    const bool taken = first == 0 || first + wanted.range - 1 > 65535 ||
                       others.has_any(wanted.protocol, first, wanted.range);
    if (!taken && run_is_free(wanted, first, probe)) {
      return first;
    }
  }
  throw Error(Code::kBusy, "failed to find an open port to expose container port " +
                               std::to_string(wanted.container_port) + " on the host");
}

}  // namespace

std::uint16_t probe_port(const std::string& host_ip, const std::string& protocol,
                         std::uint16_t port) {
  const bool v6 = host_ip.find(':') != std::string::npos;
  const int type = protocol == "udp" ? SOCK_DGRAM : SOCK_STREAM;
  const UniqueFd socket(::socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0));
  if (!socket) {
    throw errno_error(errno, "open a socket to find a free port");
  }
  SocketAddress address{};
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (v6) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    (void)::inet_pton(AF_INET6, host_ip.c_str(), &address.v6.sin6_addr);
  } else {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    (void)::inet_pton(AF_INET, host_ip.empty() ? "0.0.0.0" : host_ip.c_str(),
                      &address.v4.sin_addr);
  }
  if (::bind(socket.get(), &address.any, size) != 0 ||
      ::getsockname(socket.get(), &address.any, &size) != 0) {
    return 0;
  }
  return ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port);
}

void choose_host_ports(std::vector<PortMapping>& ports, const ProbePort& probe) {
  PortSet taken;
  for (const PortMapping& port : ports) {
    if (port.host_port != 0) {
      taken.add(port.protocol, port.host_port, port.range);
    }
  }
  for (PortMapping& port : ports) {
    if (port.host_port == 0) {
      port.host_port = find_run(port, taken, probe);
      taken.add(port.protocol, port.host_port, port.range);
    }
  }
}

std::vector<PortMapping> publish_all(const std::vector<PortMapping>& published,
                                     const std::vector<std::string>& exposed) {
  PortSet covered;
  for (const PortMapping& port : published) {
    covered.add(port.protocol, port.container_port, port.range);
  }
  std::vector<PortMapping> missing;
  for (const std::string& text : exposed) {
    for (const PortMapping& range : parse_exposed(text)) {
      for (std::uint16_t i = 0; i < range.range; ++i) {
        PortMapping one = range;
        one.container_port = static_cast<std::uint16_t>(range.container_port + i);
        one.range = 1;
        if (!covered.has_any(one.protocol, one.container_port, 1)) {
          covered.add(one.protocol, one.container_port, 1);
          missing.push_back(one);
        }
      }
    }
  }
  return missing;
}

}  // namespace gantry::net
