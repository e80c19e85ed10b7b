// SPDX-License-Identifier: Apache-2.0
//
// The real CNI plug-ins, in a network namespace that plays the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <future>

#include "plugins/net-cni/cni_net.h"
#include "plugins/net-cni/links.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "tests/unit/net-cni/private_network.h"
#include "tests/unit/net-cni/test_host.h"

namespace gantry::net_cni {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kId = std::string(60, 'a') + "0001";

class RealCni : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string lacking = lacking_for_real_cni();
    if (!lacking.empty()) {
      const char* require = std::getenv("GANTRY_TEST_REQUIRE");
      if (require != nullptr && std::string(require) == "all") {
        FAIL() << "needs " << lacking;
      }
      GTEST_SKIP() << "needs " << lacking;
    }
    enter_private_network();
    host_ = std::make_unique<TestHost>();
    net_ = make_net();
  }
  void TearDown() override {
    if (net_ == nullptr) {
      return;
    }
    net_->gc({});
    net_.reset();
    for (const char* bridge : {"gantry0", "gantry1", "gantry2", "adm0", "adm1"}) {
      delete_link(bridge);
    }
    (void)output_of("iptables -t nat -F; iptables -t nat -X; iptables -F; iptables -X");
  }

  std::unique_ptr<CniNet> make_net() const {
    return std::make_unique<CniNet>(
        host_->host(), gantry::to_text(Json{{"config_dirs", host_->config_dir()}}));
  }
  plugin::NetRequest request(const TestNamespace& ns, const std::string& network = "gantry",
                             const std::string& id = kId) const {
    return {id, "web", ns.path(), {{network, "eth0", {}, "", {}}}, {}};
  }
  std::unique_ptr<TestNamespace> new_namespace(const std::string& name) const {
    return std::make_unique<TestNamespace>(host_->root() / "netns" / name);
  }
  static std::string ip_of(const std::string& status, const std::string& network = "gantry") {
    const auto text = Json::parse(status)[network]["interfaces"]["eth0"]["subnets"][0]["ipnet"]
                          .get<std::string>();
    return text.substr(0, text.find('/'));
  }
  // What an attachment may leave: nothing.
  void expect_clean(const std::string& id = kId) const {
    EXPECT_THAT(output_of("ip -o link"), Not(HasSubstr("veth")));
    EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr(id)));
    EXPECT_THAT(output_of("grep -rsl --exclude-dir=netns " + id + " " + host_->root().string()),
                IsEmpty());
  }

  std::unique_ptr<TestHost> host_;
  std::unique_ptr<CniNet> net_;
};

TEST_F(RealCni, DefaultNetworkIsMadeOnFirstUseAndPublishesPorts) {
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns);
  web.ports = {{"", "tcp", 18080, 80, 1}, {"127.0.0.1", "udp", 18053, 53, 1}};
  const std::string status = net_->setup(web);
  EXPECT_EQ(ip_of(status), "10.89.0.2");
  const EchoServer tcp(*ns, SOCK_STREAM, 80);
  const EchoServer udp(*ns, SOCK_DGRAM, 53);
  EXPECT_EQ(ask(SOCK_STREAM, "10.89.0.2", 80), "hello");
  EXPECT_EQ(ask(SOCK_STREAM, "127.0.0.1", 18080), "hello");
  EXPECT_EQ(ask(SOCK_STREAM, "203.0.113.5", 18080), "hello");
  EXPECT_EQ(ask(SOCK_STREAM, "10.89.0.1", 18080), "hello");
  EXPECT_EQ(ask(SOCK_DGRAM, "127.0.0.1", 18053), "hello");
  EXPECT_THAT(output_of("iptables -t nat -S"),
              HasSubstr("-s 10.89.0.0/16 ! -d 10.89.0.0/16 -j MASQUERADE"));
  net_->check(web);
  net_->teardown(web);
  net_->teardown(web);
  expect_clean();
  EXPECT_EQ(ask(SOCK_STREAM, "127.0.0.1", 18080), "");
  ns->run([] { EXPECT_THAT(output_of("ip -o link"), Not(HasSubstr("eth0"))); });
}

TEST_F(RealCni, ContainersReachEachOther) {
  const auto one = new_namespace("one");
  const auto two = new_namespace("two");
  const std::string other = std::string(60, 'b') + "0002";
  (void)net_->setup(request(*one));
  const std::string ip = ip_of(net_->setup(request(*two, "gantry", other)));
  const EchoServer server(*two, SOCK_STREAM, 80);
  one->run([&] { EXPECT_EQ(ask(SOCK_STREAM, ip, 80), "hello"); });
}

TEST_F(RealCni, TeardownWithTheNamespaceGoneLeavesNothing) {
  auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns);
  web.ports = {{"", "tcp", 18080, 80, 2}};
  (void)net_->setup(web);
  ns->vanish();
  net_->teardown(web);
  expect_clean();
}

}  // namespace
}  // namespace gantry::net_cni
