// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/links.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

fs::path sys_path(const std::string& link, const char* file) {
  return fs::path("/sys/class/net") / link / file;
}

std::string sys_line(const std::string& link, const char* file) {
  try {
    std::string text = read_file_if_exists(sys_path(link, file)).value_or("");
    while (text.ends_with('\n')) {
      text.pop_back();
    }
    return text;
  } catch (const Error&) {
    return {};  // the device went away between open and read
  }
}

// Sends one request and answers the kernel's errno for it.
int ask_kernel(const void* request, std::size_t size) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) {
    throw errno_error(errno, "open a netlink socket");
  }
  if (::send(socket.get(), request, size, 0) < 0) {
    return errno;
  }
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  const ssize_t got = ::recv(socket.get(), answer.data(), answer.size(), 0);
  if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
    return got < 0 ? errno : EPROTO;
  }
  nlmsghdr header{};
  nlmsgerr error{};
  std::memcpy(&header, answer.data(), sizeof(header));
  std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof(error));
  return header.nlmsg_type == NLMSG_ERROR ? -error.error : EPROTO;
}

int prefix_of_mask(std::uint32_t mask) { return std::popcount(mask); }

void add_v4_routes(std::vector<Subnet>& routes) {
  std::istringstream lines(read_file_if_exists("/proc/net/route").value_or(""));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string device;
    std::uint32_t destination = 0;
    std::uint32_t skip = 0;
    std::uint32_t mask = 0;
    // Iface Destination Gateway Flags RefCnt Use Metric Mask; hexadecimal, network order
    fields >> device >> std::hex >> destination >> skip >> skip >> skip >> skip >> skip >> mask;
    if (fields && mask != 0) {
      Subnet route;
      std::memcpy(route.base.bytes.data(), &destination, sizeof(destination));
      route.prefix = prefix_of_mask(mask);
      routes.push_back(route);
    }
  }
}

void add_v6_routes(std::vector<Subnet>& routes) {
  std::istringstream lines(read_file_if_exists("/proc/net/ipv6_route").value_or(""));
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string digits;
    int prefix = 0;
    fields >> digits >> std::hex >> prefix;
    if (!fields || digits.size() != 32 || prefix == 0 || line.ends_with(" lo")) {
      continue;
    }
    Subnet route{{true, {}}, prefix};
    for (std::size_t i = 0; i < 16; ++i) {
      route.base.bytes[i] =
          static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
    }
    routes.push_back(route);
  }
}

}  // namespace

bool link_exists(const std::string& name) { return ::if_nametoindex(name.c_str()) != 0; }

std::string link_mac(const std::string& name) { return sys_line(name, "address"); }

void delete_link(const std::string& name) {
  struct {
    nlmsghdr header;
    ifinfomsg link;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_DELLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_family = AF_UNSPEC;
  request.link.ifi_index = static_cast<int>(::if_nametoindex(name.c_str()));
  if (request.link.ifi_index == 0) {
    return;
  }
  const int error = ask_kernel(&request, sizeof(request));
  if (error != 0 && error != ENODEV) {
    throw errno_error(error, "delete network device " + name);
  }
}

std::vector<std::string> bridge_ports(const std::string& bridge) {
  std::vector<std::string> ports;
  std::error_code error;
  for (fs::directory_iterator port(sys_path(bridge, "brif"), error), end; !error && port != end;
       port.increment(error)) {
    ports.push_back(port->path().filename());
  }
  return ports;
}

std::string link_alias(const std::string& name) { return sys_line(name, "ifalias"); }

void set_link_alias(const std::string& name, const std::string& alias) {
  const UniqueFd file = open_file(sys_path(name, "ifalias"), O_WRONLY);
  write_all(file.get(), alias, "alias of network device " + name);
}

std::vector<Subnet> host_routes() {
  std::vector<Subnet> routes;
  add_v4_routes(routes);
  add_v6_routes(routes);
  return routes;
}

bool is_network_namespace(const std::string& path) {
  struct statfs info {};
  return !path.empty() && ::statfs(path.c_str(), &info) == 0 && info.f_type == NSFS_MAGIC;
}

}  // namespace gantry::net_cni
