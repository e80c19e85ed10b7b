// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/ip.h"

#include "tests/unit/net/matchers.h"

namespace gantry {
namespace {

TEST(Subnet, ParsesAndPrints) {
  EXPECT_EQ(to_text(parse_subnet("10.89.3.4/16")), "10.89.0.0/16");
  EXPECT_EQ(to_text(parse_subnet("10.89.3.4/30")), "10.89.3.4/30");
  EXPECT_EQ(to_text(parse_subnet("0.0.0.0/0")), "0.0.0.0/0");
  EXPECT_EQ(to_text(parse_subnet("fd00:1:2:3:4::/64")), "fd00:1:2:3::/64");
  for (const char* bad : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/33",
                          "10.0.0.0/8x", "fd00::/129", "x/8"}) {
    net::expect_error(Code::kInvalid, "invalid CIDR address", [&] { (void)parse_subnet(bad); });
  }
}

TEST(Subnet, ContainsAndOverlaps) {
  const Subnet net = parse_subnet("10.89.0.0/20");
  EXPECT_TRUE(contains(net, parse_ip("10.89.15.255")));
  EXPECT_FALSE(contains(net, parse_ip("10.89.16.0")));
  EXPECT_FALSE(contains(net, parse_ip("fd00::1")));
  EXPECT_TRUE(overlap(net, parse_subnet("10.89.7.0/24")));
  EXPECT_TRUE(overlap(parse_subnet("10.89.7.0/24"), net));
  EXPECT_FALSE(overlap(net, parse_subnet("10.89.16.0/24")));
  EXPECT_EQ(to_text(last_of(net)), "10.89.15.255");
}

TEST(Subnet, Next) {
  EXPECT_EQ(to_text(next(parse_ip("10.0.0.255"))), "10.0.1.0");
  EXPECT_EQ(to_text(previous(parse_ip("10.0.1.0"))), "10.0.0.255");
  EXPECT_EQ(to_text(previous(parse_ip("fd00::1:0"))), "fd00::ffff");
  EXPECT_EQ(to_text(*next(parse_subnet("10.89.255.0/24"))), "10.90.0.0/24");
  EXPECT_EQ(to_text(*next(parse_subnet("10.89.0.0/16"))), "10.90.0.0/16");
  EXPECT_EQ(to_text(*next(parse_subnet("10.0.0.16/28"))), "10.0.0.32/28");
  EXPECT_FALSE(next(parse_subnet("255.255.255.0/24")));
}

}  // namespace
}  // namespace gantry
