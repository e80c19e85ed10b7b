// SPDX-License-Identifier: Apache-2.0
//
// Values: IP addresses and subnets of both families. Pure; failures are kInvalid.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace gantry {

struct Ip {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // IPv4 uses the first four
  auto operator<=>(const Ip&) const = default;

  [[nodiscard]] int bits() const noexcept { return v6 ? 128 : 32; }
};

struct Subnet {
  Ip base;  // host bits are zero
  int prefix = 0;
  bool operator==(const Subnet&) const = default;
};

[[nodiscard]] std::optional<Ip> find_ip(const std::string& text);
[[nodiscard]] Ip parse_ip(const std::string& text);
// "10.89.0.0/24"; host bits set are cleared.
[[nodiscard]] Subnet parse_subnet(const std::string& text);
[[nodiscard]] std::string to_text(const Ip& ip);
[[nodiscard]] std::string to_text(const Subnet& subnet);

[[nodiscard]] bool contains(const Subnet& subnet, const Ip& ip);
[[nodiscard]] bool overlap(const Subnet& a, const Subnet& b);
[[nodiscard]] Ip next(const Ip& ip);
[[nodiscard]] Ip previous(const Ip& ip);
// The last address: of an IPv4 subnet, the broadcast address.
[[nodiscard]] Ip last_of(const Subnet& subnet);
// The subnet of the same size after this one; nullopt at the end of the address space.
[[nodiscard]] std::optional<Subnet> next(const Subnet& subnet);

}  // namespace gantry
