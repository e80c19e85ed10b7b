// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <gantry/error.hpp>

namespace gantry {

namespace {

std::uint8_t mask_byte(int prefix, int index) {
  const int bits = std::clamp(prefix - index * 8, 0, 8);
  return static_cast<std::uint8_t>(0xff00 >> bits);
}

Ip masked(Ip ip, int prefix) {
  for (int i = 0; i < ip.bits() / 8; ++i) {
    ip.bytes[static_cast<std::size_t>(i)] &= mask_byte(prefix, i);
  }
  return ip;
}

// Adds one to the address cut after prefix bits; false when it wraps round to zero.
bool increment(Ip& ip, int prefix) {
  int carry = 1 << (7 - (prefix - 1) % 8);
  for (int i = (prefix - 1) / 8; i >= 0 && carry != 0; --i) {
    auto& byte = ip.bytes[static_cast<std::size_t>(i)];
    const int sum = byte + carry;
    byte = static_cast<std::uint8_t>(sum & 0xff);
    carry = sum >> 8;
  }
  return carry == 0;
}

}  // namespace

std::optional<Ip> find_ip(const std::string& text) {
  Ip ip;
  if (::inet_pton(AF_INET, text.c_str(), ip.bytes.data()) == 1) {
    return ip;
  }
  ip.v6 = true;
  if (::inet_pton(AF_INET6, text.c_str(), ip.bytes.data()) == 1) {
    return ip;
  }
  return std::nullopt;
}

Ip parse_ip(const std::string& text) {
  if (const auto ip = find_ip(text)) {
    return *ip;
  }
  throw Error(Code::kInvalid, "\"" + text + "\" is not an IP address");
}

Subnet parse_subnet(const std::string& text) {
  const auto slash = text.find('/');
  int prefix = -1;
  if (slash != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
    if (error != std::errc() || stop != end) {
      prefix = -1;
    }
  }
  const auto ip = find_ip(text.substr(0, slash));
  if (!ip || prefix < 0 || prefix > ip->bits()) {
    throw Error(Code::kInvalid, "invalid CIDR address: " + text +
                                    ": expected an address and a prefix length, such as "
                                    "10.90.5.0/24");
  }
  return {masked(*ip, prefix), prefix};
}

std::string to_text(const Ip& ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  (void)::inet_ntop(ip.v6 ? AF_INET6 : AF_INET, ip.bytes.data(), text.data(),
                    static_cast<socklen_t>(text.size()));
  return text.data();
}

std::string to_text(const Subnet& subnet) {
  return to_text(subnet.base) + "/" + std::to_string(subnet.prefix);
}

bool contains(const Subnet& subnet, const Ip& ip) {
  return subnet.base.v6 == ip.v6 && masked(ip, subnet.prefix) == subnet.base;
}

bool overlap(const Subnet& a, const Subnet& b) {
  const Subnet& wide = a.prefix <= b.prefix ? a : b;
  const Subnet& narrow = a.prefix <= b.prefix ? b : a;
  return contains(wide, narrow.base);
}

Ip next(const Ip& ip) {
  Ip result = ip;
  (void)increment(result, ip.bits());
  return result;
}

Ip previous(const Ip& ip) {
  Ip result = ip;
  for (int i = ip.bits() / 8 - 1; i >= 0; --i) {
    if (result.bytes[static_cast<std::size_t>(i)]-- != 0) {
      break;
    }
  }
  return result;
}

Ip last_of(const Subnet& subnet) {
  Ip ip = subnet.base;
  for (int i = 0; i < ip.bits() / 8; ++i) {
    ip.bytes[static_cast<std::size_t>(i)] |=
        static_cast<std::uint8_t>(~mask_byte(subnet.prefix, i));
  }
  return ip;
}

std::optional<Subnet> next(const Subnet& subnet) {
  Subnet result = subnet;
  if (subnet.prefix == 0 || !increment(result.base, subnet.prefix)) {
    return std::nullopt;
  }
  return result;
}

}  // namespace gantry
