// SPDX-License-Identifier: Apache-2.0
#include "core/net/host_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <memory>

namespace gantry::net {

namespace {

struct FreeAddresses {
  void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

std::string text_of(const ifaddrs& entry) {
  const sockaddr* address = entry.ifa_addr;
  if (address == nullptr || (entry.ifa_flags & IFF_LOOPBACK) != 0) {
    return {};
  }
  const void* bytes = nullptr;
  if (address->sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  } else if (address->sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool told = bytes != nullptr &&
                    ::inet_ntop(address->sa_family, bytes, text.data(), text.size()) != nullptr;
  return told ? text.data() : "";
}

}  // namespace

std::string local_address() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    return {};
  }
  const std::unique_ptr<ifaddrs, FreeAddresses> list(first);
  std::string found;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    const std::string text = text_of(*entry);
    if (!text.empty()) {
      found = text;
      if (entry->ifa_addr->sa_family == AF_INET) {
        break;
      }
    }
  }
  return found;
}

}  // namespace gantry::net
