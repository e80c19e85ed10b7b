// SPDX-License-Identifier: Apache-2.0
#include "core/net/host_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <set>

#include "core/net/port_spec.h"
#include "sdk/support/unique_fd.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net {
namespace {

using model::PortMapping;
using ::testing::ElementsAre;

TEST(ChooseHostPorts, LooksForAFreeRunAndKeepsOffOthers) {
  const std::set<int> taken{1001, 1004};
  std::uint16_t next = 1000;
  const ProbePort probe = [&](const std::string&, const std::string&, std::uint16_t port) {
    const std::uint16_t wanted = port == 0 ? next++ : port;
    return taken.contains(wanted) ? std::uint16_t{0} : wanted;
  };
  std::vector<PortMapping> ports{
      {"", "tcp", 0, 80, 2}, {"", "tcp", 1005, 90, 1}, {"", "tcp", 0, 100, 1}};
  choose_host_ports(ports, probe);
  EXPECT_EQ(ports[0].host_port, 1002);
  EXPECT_EQ(ports[1].host_port, 1005);
  EXPECT_EQ(ports[2].host_port, 1006);  // 1003 is in the first run, 1004 taken, 1005 asked for
}

TEST(ChooseHostPorts, GivesUpInWords) {
  std::vector<PortMapping> ports{{"", "tcp", 0, 80, 1}};
  const ProbePort none = [](const std::string&, const std::string&, std::uint16_t) {
    return std::uint16_t{0};
  };
  expect_error(Code::kBusy, "failed to find an open port",
               [&] { choose_host_ports(ports, none); });
}

TEST(ChooseHostPorts, FindsRealOnes) {
  std::vector<PortMapping> ports{{"127.0.0.1", "tcp", 0, 80, 1}, {"", "udp", 0, 53, 2}};
  choose_host_ports(ports);
  EXPECT_GT(ports[0].host_port, 0);
  EXPECT_GT(ports[1].host_port, 0);
  // Each may be somebody else's by now; a run of two is only found by asking for one.
  EXPECT_EQ(probe_port("203.0.113.77", "tcp", 0), 0);  // not an address of this host
}

TEST(ProbePort, KnowsWhatIsTaken) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(socket.get(), generic, size), 0);
  ASSERT_EQ(::getsockname(socket.get(), generic, &size), 0);
  EXPECT_EQ(probe_port("127.0.0.1", "tcp", ntohs(address.sin_port)), 0);
}

TEST(PublishAll, LeavesOutWhatIsPublished) {
  EXPECT_THAT(
      publish_all({{"", "tcp", 8080, 80, 2}}, {"80/tcp", "81", "82-83", "80/udp", "82"}),
      ElementsAre(PortMapping{"", "tcp", 0, 82, 1}, PortMapping{"", "tcp", 0, 83, 1},
                  PortMapping{"", "udp", 0, 80, 1}));
}

// What an image may expose: it must not take minutes to look at.
TEST(PublishAll, CopesWithEveryPortThereIs) {
  const std::vector<PortMapping> all = publish_all({}, {"1-65535/tcp", "1-65535/udp"});
  ASSERT_EQ(all.size(), 131070U);
  std::vector<PortMapping> half(all.begin(), all.begin() + 30000);
  std::uint16_t next = 30000;
  choose_host_ports(
      half, [&](const std::string&, const std::string&, std::uint16_t) { return ++next; });
  EXPECT_EQ(half.back().host_port, 60000);
  EXPECT_EQ(ports_to_text(half), "0.0.0.0:30001-60000->1-30000/tcp");
}

}  // namespace
}  // namespace gantry::net
