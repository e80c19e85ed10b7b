// SPDX-License-Identifier: Apache-2.0
#include "core/net/port_spec.h"

#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

using model::PortMapping;
using ::testing::ElementsAre;

TEST(ParsePort, EveryForm) {
  EXPECT_THAT(parse_port("80"), ElementsAre(PortMapping{"", "tcp", 0, 80, 1}));
  EXPECT_THAT(parse_port("8080:80"), ElementsAre(PortMapping{"", "tcp", 8080, 80, 1}));
  EXPECT_THAT(parse_port(":80"), ElementsAre(PortMapping{"", "tcp", 0, 80, 1}));
  EXPECT_THAT(parse_port("127.0.0.1::80"),
              ElementsAre(PortMapping{"127.0.0.1", "tcp", 0, 80, 1}));
  EXPECT_THAT(parse_port("0.0.0.0:8080:80"), ElementsAre(PortMapping{"", "tcp", 8080, 80, 1}));
  EXPECT_THAT(parse_port("127.0.0.1:8080-8081:80-81/udp"),
              ElementsAre(PortMapping{"127.0.0.1", "udp", 8080, 80, 2}));
  EXPECT_THAT(parse_port("[::1]:8080:80"), ElementsAre(PortMapping{"::1", "tcp", 8080, 80, 1}));
  EXPECT_THAT(parse_port("53:53/TCP,udp"), ElementsAre(PortMapping{"", "tcp", 53, 53, 1},
                                                       PortMapping{"", "udp", 53, 53, 1}));
  EXPECT_THAT(parse_port("1-65535:1-65535/sctp"),
              ElementsAre(PortMapping{"", "sctp", 1, 1, 65535}));
}

struct Bad {
  const char* text;
  const char* message;
};
class BadPort : public ::testing::TestWithParam<Bad> {};

TEST_P(BadPort, IsRefusedInWords) {
  expect_error(Code::kInvalid, GetParam().message, [] { (void)parse_port(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    Specs, BadPort,
    ::testing::Values(
        Bad{"", "must provide a non-empty container port to publish"},
        Bad{"8080:", "must provide a non-empty container port to publish"},
        Bad{"80:80/foo", "unrecognized protocol \"foo\" in port mapping"},
        Bad{"80:80/", "unrecognized protocol \"\" in port mapping"},
        Bad{"8080:80/tcp/udp", "protocol can only be specified once"},
        Bad{"70000", "parsing container port: port numbers must be between 1 and 65535"},
        Bad{"0:80", "parsing host port: port numbers must be between 1 and 65535"},
        Bad{"-1:80", "parsing host port: invalid port number"},
        Bad{"x:80", "parsing host port: invalid port number"},
        Bad{"80x", "parsing container port: invalid port number"},
        Bad{"1-2:80", "host and container port ranges have different lengths: 2 vs 1"},
        Bad{"9-8:80-81", "the end port of a range must be higher than the start port"},
        Bad{"1-2-3:80", "port ranges are formatted as startPort-stopPort"},
        Bad{"a:b:c:d", "format is [[hostIP:]hostPort:]containerPort"},
        Bad{"300.1.1.1:80:80", "cannot parse \"300.1.1.1\" as an IP address"},
        Bad{":80:80", "must provide a non-empty container host IP to publish"},
        Bad{"::1]:80:80", "IPv6 addresses must be enclosed by []"},
        Bad{"[::1]80:80", "IPv6 address must be followed by a colon"},
        Bad{"[::1]:80", "must provide host and destination port if specifying an IP"},
        Bad{"[::1]:1:2:3", "must be [ipv6]:hostPort:ctrPort"},
        Bad{"[::1][::2]:80:80", "at most one IPv6 address"},
        Bad{"99999999999999999999", "invalid port number"}));

TEST(ParseExposed, PortsAndRanges) {
  EXPECT_THAT(parse_exposed("80"), ElementsAre(PortMapping{"", "tcp", 0, 80, 1}));
  EXPECT_THAT(parse_exposed("80-82/udp"), ElementsAre(PortMapping{"", "udp", 0, 80, 3}));
  expect_error(Code::kInvalid, "--expose: x", [] { (void)parse_exposed("x"); });
  expect_error(Code::kInvalid, "unrecognized protocol", [] { (void)parse_exposed("80/x"); });
  EXPECT_THAT(exposed_to_text(parse_exposed("80-81/udp")), ElementsAre("80/udp", "81/udp"));
}

TEST(MergePorts, DropsRepeatsAndRefusesClashes) {
  const PortMapping web{"", "tcp", 80, 80, 1};
  EXPECT_THAT(merge_ports({web, web}), ElementsAre(web));
  EXPECT_EQ(merge_ports({web, {"", "udp", 80, 80, 1}, {"127.0.0.1", "tcp", 80, 81, 1}}).size(),
            3);
  EXPECT_EQ(merge_ports({{"", "tcp", 0, 80, 1}, {"", "tcp", 0, 81, 1}}).size(), 2);
  expect_error(Code::kInvalid, "conflicting port mappings for host port 81 (protocol tcp)", [] {
    (void)merge_ports({{"", "tcp", 80, 80, 2}, {"", "tcp", 81, 99, 1}});
  });
}

// What podman 4.3 prints for the same options.
TEST(PortText, AsPodmanPrintsIt) {
  std::vector<PortMapping> ports;
  for (const char* spec :
       {"8081-8083:80-82", "9000:90/udp", "127.0.0.1:9001:91", "8084:83", "8085:80"}) {
    for (const PortMapping& port : parse_port(spec)) {
      ports.push_back(port);
    }
  }
  EXPECT_EQ(ports_to_text(ports),
            "0.0.0.0:8081-8084->80-83/tcp, 0.0.0.0:8085->80/tcp, 0.0.0.0:9000->90/udp, "
            "127.0.0.1:9001->91/tcp");
  EXPECT_EQ(ports_to_text({}), "");
  EXPECT_THAT(port_lines(parse_port("8081-8082:80-81")),
              ElementsAre("80/tcp -> 0.0.0.0:8081", "81/tcp -> 0.0.0.0:8082"));
  EXPECT_THAT(port_lines(parse_port("[::1]:8081:80")), ElementsAre("80/tcp -> [::1]:8081"));
}

}  // namespace
}  // namespace gantry::net
