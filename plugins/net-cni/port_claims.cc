// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/port_claims.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sstream>

#include "plugins/net-cni/lock_wait.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/ip.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

using plugin::PortMapping;

struct Claim {
  std::string host_ip;  // "*": all addresses
  std::string container_id;
};

struct Port {
  std::string host_ip;  // empty: all addresses
  std::string protocol;
  std::uint16_t number;
};

std::vector<Port> single_ports(const std::vector<PortMapping>& mappings) {
  std::vector<Port> ports;
  for (const PortMapping& mapping : mappings) {
    for (int i = 0; i < mapping.range; ++i) {
      ports.push_back({mapping.host_ip, mapping.protocol,
                       static_cast<std::uint16_t>(mapping.host_port + i)});
    }
  }
  return ports;
}

std::vector<Claim> read_claims(const fs::path& path) {
  std::vector<Claim> claims;
  std::istringstream lines(read_file_if_exists(path).value_or(""));
  for (Claim claim; lines >> claim.host_ip >> claim.container_id;) {
    claims.push_back(claim);
  }
  return claims;
}

void write_claims(const fs::path& path, const std::vector<Claim>& claims) {
  if (claims.empty()) {
    remove_file(path);
    return;
  }
  std::string text;
  for (const Claim& claim : claims) {
    text += claim.host_ip + " " + claim.container_id + "\n";
  }
  write_file(path, text, 0600);
}

// One text for each address, however it was written.
std::string claim_ip(const Port& port) {
  return port.host_ip.empty() ? "*" : to_text(parse_ip(port.host_ip));
}

bool clash(const std::string& a, const std::string& b) {
  const std::optional<Ip> one = find_ip(a);
  const std::optional<Ip> other = find_ip(b);
  if (!one || !other) {
    return true;  // all addresses of both families
  }
  const auto any = [](const Ip& ip) { return ip.bytes == Ip{}.bytes; };
  return one->v6 == other->v6 && (any(*one) || any(*other) || *one == *other);
}

Error in_use(const Port& port, const std::string& why) {
  std::string upper = port.protocol;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  const bool v6 = port.host_ip.find(':') != std::string::npos;
  return {Code::kBusy, "cannot listen on the " + upper + " port: listen " + port.protocol +
                           (v6 ? "6 [" + port.host_ip + "]" : "4 " + port.host_ip) + ":" +
                           std::to_string(port.number) + ": bind: " + why};
}

// Binds and closes at once; nothing else tells whether a program has the port.
void probe(const Port& port) {
  const int type = port.protocol == "tcp" ? SOCK_STREAM : SOCK_DGRAM;
  if (port.protocol != "tcp" && port.protocol != "udp") {
    return;
  }
  const Ip ip = port.host_ip.empty() ? Ip{} : parse_ip(port.host_ip);
  const UniqueFd socket(::socket(ip.v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0));
  if (!socket) {
    throw errno_error(errno, "open a socket");
  }
  // Connections of an earlier container that linger in TIME_WAIT are no hindrance.
  const int on = 1;
  if (type == SOCK_STREAM) {
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  }
  sockaddr_storage address{};
  if (ip.v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port.number);
    std::memcpy(&v6.sin6_addr, ip.bytes.data(), 16);
    std::memcpy(&address, &v6, sizeof(v6));
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port.number);
    std::memcpy(&v4.sin_addr, ip.bytes.data(), 4);
    std::memcpy(&address, &v4, sizeof(v4));
  }
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
             ip.v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)) != 0) {
    switch (errno) {
      case EADDRINUSE:
        throw in_use(port, "address already in use");
      case EADDRNOTAVAIL:
        throw in_use(port, "cannot assign requested address");
      default:
        throw in_use(port, std::strerror(errno));
    }
  }
}

}  // namespace

void PortClaims::claim(const std::string& container_id,
                       const std::vector<PortMapping>& mappings) const {
  if (mappings.empty()) {
    return;
  }
  make_directories(folder_, 0700);
  const FileLock lock = FileLock::take(folder_ / "lock", LockMode::kExclusive, patient(host_));
  const std::vector<Port> ports = single_ports(mappings);
  const auto path_of = [&](const Port& port) {
    return folder_ / (port.protocol + "-" + std::to_string(port.number));
  };
  for (const Port& port : ports) {
    for (const Claim& claim : read_claims(path_of(port))) {
      if (claim.container_id != container_id && clash(claim.host_ip, claim_ip(port))) {
        throw in_use(port, "address already in use (published by container " +
                               claim.container_id.substr(0, 12) + ")");
      }
    }
    probe(port);
  }
  for (const Port& port : ports) {
    std::vector<Claim> claims = read_claims(path_of(port));
    const bool there = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
      return claim.container_id == container_id && claim.host_ip == claim_ip(port);
    });
    if (!there) {
      claims.push_back({claim_ip(port), container_id});
      write_claims(path_of(port), claims);
    }
  }
}

void PortClaims::release(const std::string& container_id,
                         const std::vector<PortMapping>& mappings) const {
  if (mappings.empty() || !gantry::exists(folder_)) {
    return;
  }
  const FileLock lock = FileLock::take(folder_ / "lock", LockMode::kExclusive, stubborn());
  for (const Port& port : single_ports(mappings)) {
    const fs::path path = folder_ / (port.protocol + "-" + std::to_string(port.number));
    std::vector<Claim> claims = read_claims(path);
    if (std::erase_if(claims, [&](const Claim& c) { return c.container_id == container_id; }) >
        0) {
      write_claims(path, claims);
    }
  }
}

std::vector<fs::path> PortClaims::files() const {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator file(folder_, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().filename() != "lock") {
      files.push_back(file->path());
    }
  }
  return files;
}

std::set<std::string> PortClaims::holders() const {
  std::set<std::string> ids;
  for (const fs::path& path : files()) {
    for (const Claim& claim : read_claims(path)) {
      ids.insert(claim.container_id);
    }
  }
  return ids;
}

void PortClaims::sweep(const std::function<bool(const std::string&)>& keep) const {
  if (!gantry::exists(folder_)) {
    return;
  }
  const FileLock lock = FileLock::take(folder_ / "lock", LockMode::kExclusive, stubborn());
  for (const fs::path& path : files()) {
    std::vector<Claim> claims = read_claims(path);
    if (std::erase_if(claims, [&](const Claim& c) { return !keep(c.container_id); }) > 0) {
      write_claims(path, claims);
    }
  }
}

}  // namespace gantry::net_cni
