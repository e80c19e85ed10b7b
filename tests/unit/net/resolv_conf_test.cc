// SPDX-License-Identifier: Apache-2.0
#include "core/net/resolv_conf.h"

#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

const std::string kHost =
    "# made by hand\nnameserver 127.0.0.1\nnameserver 10.0.0.53\nnameserver fe80::1%eth0\n"
    "nameserver fd00::53\ndomain old\nsearch a.example b.example\noptions ndots:2\n";

TEST(ResolvConf, LoopbackAndIpv6AreOutOfReach) {
  ResolvConfInput input;
  input.host = kHost;
  EXPECT_EQ(make_resolv_conf(input),
            "search a.example b.example\nnameserver 10.0.0.53\noptions ndots:2\n");
  input.ipv6 = true;
  EXPECT_EQ(make_resolv_conf(input),
            "search a.example b.example\nnameserver 10.0.0.53\nnameserver fd00::53\n"
            "options ndots:2\n");
}

TEST(ResolvConf, TheHostsNetworkKeepsTheHostsServers) {
  ResolvConfInput input;
  input.host = "nameserver 127.0.0.53\n";
  input.own_network = false;
  EXPECT_EQ(make_resolv_conf(input), "nameserver 127.0.0.53\n");
}

TEST(ResolvConf, PublicServersWhenNoneRemains) {
  ResolvConfInput input;
  input.host = "nameserver 127.0.0.53\n";
  EXPECT_EQ(make_resolv_conf(input), "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
}

TEST(ResolvConf, ServersOfTheNetworkReplaceTheHosts) {
  ResolvConfInput input;
  input.host = kHost;
  input.network_servers = {"10.89.0.1", "10.89.0.1"};
  input.network_search = {"dns.gantry"};
  EXPECT_EQ(make_resolv_conf(input),
            "search dns.gantry a.example b.example\nnameserver 10.89.0.1\noptions ndots:2\n");
}

TEST(ResolvConf, TheUsersWordIsLast) {
  ResolvConfInput input;
  input.host = kHost;
  input.network_servers = {"10.89.0.1"};
  input.servers = {"1.1.1.1"};
  input.search = {"x.y"};
  input.options = {"ndots:5", "rotate"};
  EXPECT_EQ(make_resolv_conf(input),
            "search x.y\nnameserver 1.1.1.1\noptions ndots:5 rotate\n");
  input.search = {"."};
  EXPECT_EQ(make_resolv_conf(input), "nameserver 1.1.1.1\noptions ndots:5 rotate\n");
}

TEST(ResolvConf, DnsServersAreAddresses) {
  require_dns_server("1.1.1.1");
  require_dns_server("fd00::1");
  expect_error(Code::kInvalid, "x is not an ip address", [] { require_dns_server("x"); });
}

}  // namespace
}  // namespace gantry::net
