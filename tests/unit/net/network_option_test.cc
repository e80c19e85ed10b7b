// SPDX-License-Identifier: Apache-2.0
#include "core/net/network_option.h"

#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

using model::NetworkMode;
using ::testing::ElementsAre;

NetworkChoice join(const std::vector<std::string>& values, const StaticOptions& options = {}) {
  return join_networks(values, options, "gantry");
}

TEST(NetworkOption, Modes) {
  EXPECT_EQ(parse_network_option("none").mode, NetworkMode::kNone);
  EXPECT_EQ(parse_network_option("host").mode, NetworkMode::kHost);
  EXPECT_EQ(parse_network_option("container:web").mode_value, "web");
  EXPECT_EQ(parse_network_option("ns:/run/netns/x").mode, NetworkMode::kPath);
  EXPECT_EQ(parse_network_option("ns:/run/netns/x").mode_value, "/run/netns/x");
  for (const char* word : {"", "bridge", "default", "private"}) {
    const NetworkChoice choice = join({word});
    EXPECT_EQ(choice.mode, NetworkMode::kBridge);
    ASSERT_EQ(choice.attachments.size(), 1);
    EXPECT_EQ(choice.attachments[0].network, "gantry");
    EXPECT_EQ(choice.attachments[0].interface_name, "eth0");
  }
  EXPECT_EQ(join({}).attachments.at(0).network, "gantry");
}

TEST(NetworkOption, OptionsOfABridge) {
  const auto a = join({"bridge:ip=10.89.0.5,mac=92:D0-c6:0a:29:33,alias=a,alias=b,"
                       "interface_name=net1"})
                     .attachments.at(0);
  EXPECT_THAT(a.static_ips, ElementsAre("10.89.0.5"));
  EXPECT_EQ(a.static_mac, "92:d0:c6:0a:29:33");
  EXPECT_THAT(a.aliases, ElementsAre("a", "b"));
  EXPECT_EQ(a.interface_name, "net1");
}

TEST(NetworkOption, SeveralNetworks) {
  const NetworkChoice choice = join({"one,two", "three:interface_name=eth0"});
  ASSERT_EQ(choice.attachments.size(), 3);
  EXPECT_EQ(choice.attachments[0].interface_name, "eth1");
  EXPECT_EQ(choice.attachments[1].interface_name, "eth2");
  EXPECT_EQ(choice.attachments[2].interface_name, "eth0");
}

TEST(NetworkOption, StaticOptionsApply) {
  const auto a = join({}, {"10.89.0.9", "", "aa:bb:cc:dd:ee:ff", {"x"}}).attachments.at(0);
  EXPECT_THAT(a.static_ips, ElementsAre("10.89.0.9"));
  EXPECT_EQ(a.static_mac, "aa:bb:cc:dd:ee:ff");
  EXPECT_THAT(a.aliases, ElementsAre("x"));
}

struct Bad {
  std::vector<std::string> values;
  StaticOptions options;
  const char* message;
};
class BadNetwork : public ::testing::TestWithParam<Bad> {};

TEST_P(BadNetwork, IsRefusedInPodmansWords) {
  expect_error(Code::kInvalid, GetParam().message,
               [] { (void)join(GetParam().values, GetParam().options); });
}
INSTANTIATE_TEST_SUITE_P(
    Options, BadNetwork,
    ::testing::Values(
        Bad{{"bridge:ip=1"}, {}, "invalid ip address \"1\""},
        Bad{{"bridge:foo=1"}, {}, "unknown bridge network option: foo"},
        Bad{{"bridge:mac=zz"}, {}, "address zz: invalid MAC address"},
        Bad{{"bridge:alias="}, {}, "alias cannot be empty"},
        Bad{{"bridge:interface_name"}, {}, "interface_name cannot be empty"},
        Bad{{"container:"}, {}, "namespace mode container requires a value"},
        Bad{{"ns:"}, {}, "namespace mode path requires a value"},
        Bad{{"none", "host"},
            {},
            "cannot set multiple networks without bridge network mode, "
            "selected mode none"},
        Bad{{"bridge", "host"},
            {},
            "can only set extra network names, selected mode host "
            "conflicts with bridge"},
        Bad{{"bridge", "bridge"}, {}, "can only set extra network names, selected mode bridge"},
        Bad{{"a", "a"}, {}, "network a is given twice"}, Bad{{"../x"}, {}, "../x"},
        Bad{{"host"},
            {"1.2.3.4", "", "", {}},
            "--ip can only be set when the network mode is "
            "bridge"},
        Bad{{"a,b"}, {"1.2.3.4", "", "", {}}, "--ip can only be set for a single network"},
        Bad{{}, {"x", "", "", {}}, "\"x\" is not an ip address"},
        Bad{{}, {"", "", "x", {}}, "address x: invalid MAC address"},
        Bad{{"host"}, {"", "", "", {"z"}}, "--network-alias can only be set when"}));

TEST(NetworkOption, RootlessModesAreTold) {
  expect_error(Code::kUnsupported, "slirp4netns",
               [] { (void)parse_network_option("slirp4netns"); });
}

}  // namespace
}  // namespace gantry::net
