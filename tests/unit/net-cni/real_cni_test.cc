// SPDX-License-Identifier: Apache-2.0
//
// The real CNI plug-ins, in a network namespace that plays the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <future>
#include <set>

#include "plugins/net-cni/cni_net.h"
#include "plugins/net-cni/links.h"
#include "sdk/support/file_lock.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "tests/unit/net-cni/private_network.h"
#include "tests/unit/net-cni/test_host.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net_cni {
namespace {

using ::testing::Contains;
using ::testing::Each;
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
    for (const char* bridge : {"gantry0", "gantry1", "gantry2", "gantry3", "adm0"}) {
      delete_link(bridge);
    }
    for (const char* iptables : {"iptables", "ip6tables"}) {
      const std::string run = iptables;
      (void)output_of(run + " -t nat -F; " + run + " -t nat -X; " + run + " -F; " + run +
                      " -X");
    }
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
    EXPECT_THAT(link_names(), Each(Not(HasSubstr("veth"))));
    EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr(id)));
    EXPECT_THAT(output_of("grep -rsl --exclude-dir=netns " + id + " " + host_->root().string()),
                IsEmpty());
  }

  // One container is attached; nothing else is.
  void expect_clean_but_for(const std::string& id) const {
    EXPECT_THAT(link_names(), Contains(HasSubstr("veth")).Times(1));
    for (const std::string& file : files_below(host_->run_dir() / "records")) {
      EXPECT_THAT(file, HasSubstr(id));
    }
    EXPECT_EQ(files_below(host_->run_dir() / "ports").size(), 0);
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
  EXPECT_TRUE(is_silent(SOCK_STREAM, "127.0.0.1", 18080));
  ns->run([] { EXPECT_THAT(link_names(), Not(Contains("eth0"))); });
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

TEST_F(RealCni, TeardownAfterTheRecordIsLost) {
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns);
  web.ports = {{"", "tcp", 18080, 80, 1}};
  (void)net_->setup(web);
  remove_tree(host_->run_dir() / "records");
  net_->teardown(web);
  expect_clean();
}

TEST_F(RealCni, ALeaseOfNobodyGoesWithTheSetupThatFailed) {
  const auto ns = new_namespace("one");
  (void)net_->setup(request(*ns));
  const auto lease = host_->run_dir() / "leases/gantry/10.89.0.77";
  write_file(lease, "");  // as host-local leaves it that is killed in the middle
  plugin::NetRequest broken = request(*ns, "gantry", std::string(60, 'b') + "0002");
  broken.netns_path = (host_->root() / "netns/none").string();
  EXPECT_THROW((void)net_->setup(broken), Error);
  EXPECT_FALSE(gantry::exists(lease));
  EXPECT_TRUE(gantry::exists(host_->run_dir() / "leases/gantry/10.89.0.2"));
  net_->teardown(request(*ns));
  expect_clean();
}

TEST_F(RealCni, StaticAddressAndMac) {
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns);
  web.attachments[0].static_ips = {"10.89.7.7"};
  web.attachments[0].static_mac = "92:d0:c6:0a:29:33";
  const Json status = Json::parse(net_->setup(web));
  EXPECT_EQ(status["gantry"]["interfaces"]["eth0"]["mac_address"], "92:d0:c6:0a:29:33");
  EXPECT_EQ(status["gantry"]["interfaces"]["eth0"]["subnets"][0]["ipnet"], "10.89.7.7/16");
  const auto two = new_namespace("two");
  plugin::NetRequest same = request(*two, "gantry", std::string(60, 'b') + "0002");
  same.attachments[0].static_ips = {"10.89.7.7"};
  EXPECT_THROW((void)net_->setup(same), Error);
  expect_clean_but_for(kId);
  same.attachments[0].static_ips = {"10.200.0.1"};
  EXPECT_THROW((void)net_->setup(same), Error);
  expect_clean_but_for(kId);
}

TEST_F(RealCni, APortInUseIsToldBeforeAnythingHappens) {
  const auto one = new_namespace("one");
  const auto two = new_namespace("two");
  plugin::NetRequest web = request(*one);
  web.ports = {{"", "tcp", 18080, 80, 2}};
  (void)net_->setup(web);
  plugin::NetRequest other = request(*two, "gantry", std::string(60, 'b') + "0002");
  other.ports = {{"127.0.0.1", "tcp", 18081, 80, 1}};
  net::expect_error(Code::kBusy,
                    "cannot listen on the TCP port: listen tcp4 127.0.0.1:18081: bind: address "
                    "already in use",
                    [&] { (void)net_->setup(other); });
  other.ports = {{"", "udp", 18081, 80, 1}};
  (void)net_->setup(other);
  net_->teardown(other);
  net_->teardown(web);
  const TestNamespace here("/proc/self/ns/net", TestNamespace::Borrowed{});
  const EchoServer program(here, SOCK_STREAM, 18090);
  other.ports = {{"", "tcp", 18090, 80, 1}};
  net::expect_error(Code::kBusy, "listen tcp4 :18090: bind: address already in use",
                    [&] { (void)net_->setup(other); });
  expect_clean(other.container_id);
}

TEST_F(RealCni, TwoNetworksAndHairpin) {
  (void)net_->network_create(R"({"name":"back","subnets":[{"subnet":"10.123.1.0/24"}]})");
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns);
  web.attachments.push_back({"back", "eth1", {}, "", {}});
  web.ports = {{"", "tcp", 18080, 80, 1}};
  const Json status = Json::parse(net_->setup(web));
  EXPECT_EQ(status["back"]["interfaces"]["eth1"]["subnets"][0]["ipnet"], "10.123.1.2/24");
  const EchoServer server(*ns, SOCK_STREAM, 80);
  EXPECT_EQ(ask(SOCK_STREAM, "10.123.1.2", 80), "hello");
  // Its own published port, from inside.
  ns->run([] { EXPECT_EQ(ask(SOCK_STREAM, "203.0.113.5", 18080), "hello"); });
  net_->teardown(web);
  expect_clean();
  net_->network_remove("back");
  EXPECT_THAT(link_names(), Not(Contains("gantry1")));
  EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr("10.123.1")));
}

TEST_F(RealCni, IsolatedNetworksDoNotReachEachOther) {
  for (const char* json : {R"({"name":"a","options":{"isolate":"true"}})",
                           R"({"name":"b","options":{"isolate":"true"}})", R"({"name":"c"})"}) {
    (void)net_->network_create(json);
  }
  const auto one = new_namespace("one");
  const auto two = new_namespace("two");
  const auto three = new_namespace("three");
  (void)net_->setup(request(*one, "a"));
  const std::string b = ip_of(net_->setup(request(*two, "b", std::string(64, 'b'))), "b");
  (void)net_->setup(request(*three, "c", std::string(64, 'c')));
  const EchoServer server(*two, SOCK_STREAM, 80);
  one->run([&] { EXPECT_TRUE(is_silent(SOCK_STREAM, b, 80)); });
  EXPECT_EQ(ask(SOCK_STREAM, b, 80), "hello");
}

TEST_F(RealCni, TheNetworkInUseIsNotRemoved) {
  (void)net_->network_create(R"({"name":"back"})");
  const auto ns = new_namespace("one");
  (void)net_->setup(request(*ns, "back"));
  net::expect_error(Code::kBusy, "network back is being used",
                    [&] { net_->network_remove("back"); });
  ns->vanish();
  net_->network_remove("back");  // nobody can be using it any more
  EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr("GANTRY")));
  expect_clean();
}

TEST_F(RealCni, AnInternalNetworkHasNoDefaultRoute) {
  (void)net_->network_create(R"({"name":"in","internal":true})");
  const auto ns = new_namespace("one");
  (void)net_->setup(request(*ns, "in"));
  ns->run([] { EXPECT_THAT(output_of("ip route"), Not(HasSubstr("default"))); });
}

TEST_F(RealCni, FlushedRulesComeBackWithTheNextContainer) {
  const auto one = new_namespace("one");
  (void)net_->setup(request(*one));
  (void)output_of("iptables -t nat -F");
  const auto two = new_namespace("two");
  (void)net_->setup(request(*two, "gantry", std::string(64, 'b')));
  const std::string rules = output_of("iptables -t nat -S");
  EXPECT_THAT(rules, HasSubstr("MASQUERADE"));
  EXPECT_THAT(rules, HasSubstr("-A POSTROUTING -j GANTRY-"));
}

// The next network may get the same bridge.
TEST_F(RealCni, RulesGoWithTheNetworkThoughOthersStay) {
  const auto one = new_namespace("one");
  (void)net_->setup(request(*one));
  (void)net_->network_create(R"({"name":"dual","ipv6_enabled":true})");
  const auto two = new_namespace("two");
  const plugin::NetRequest other = request(*two, "dual", std::string(64, 'b'));
  (void)net_->setup(other);
  EXPECT_THAT(output_of("ip6tables-save"), HasSubstr("GANTRY-"));
  EXPECT_THAT(output_of("iptables-save"), HasSubstr("-i gantry1"));
  net_->teardown(other);
  net_->network_remove("dual");
  EXPECT_THAT(output_of("ip6tables-save"), Not(HasSubstr("GANTRY-")));
  EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr("gantry1")));
  EXPECT_THAT(output_of("iptables-save"), HasSubstr("-i gantry0"));
}

TEST_F(RealCni, NoRulesStayForNetworksThatNeedNone) {
  (void)net_->network_create(R"({"name":"out"})");
  (void)net_->network_create(R"({"name":"in","internal":true})");
  const auto ns = new_namespace("one");
  (void)net_->setup(request(*ns, "out"));
  net_->teardown(request(*ns, "out"));
  net_->network_remove("out");
  EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr("GANTRY-")));
}

// Were they read before, one of two processes would write rules without the other's network.
TEST_F(RealCni, NetworksAreReadWhileNobodyElseWritesRules) {
  const std::filesystem::path lock = host_->run_dir() / "rules.lock";
  const NetworkRules rules(host_->host(), "test", lock);
  bool free = true;
  rules.install([&] {
    free = FileLock::open(lock).try_lock(LockMode::kShared, lock);
    return std::vector<NetworkObject>();
  });
  EXPECT_FALSE(free);
}

TEST_F(RealCni, ManyAtOnceGetAddressesOfTheirOwn) {
  constexpr int kCount = 6;
  std::vector<std::unique_ptr<TestNamespace>> namespaces;
  std::vector<plugin::NetRequest> requests;
  for (int i = 0; i < kCount; ++i) {
    namespaces.push_back(new_namespace("n" + std::to_string(i)));
    requests.push_back(
        request(*namespaces.back(), "gantry", std::string(63, 'd') + std::to_string(i)));
    requests.back().ports = {{"", "tcp", static_cast<std::uint16_t>(18100 + i), 80, 1}};
  }
  std::vector<std::future<std::string>> answers;
  for (const plugin::NetRequest& one : requests) {
    answers.push_back(std::async(std::launch::async, [&] { return make_net()->setup(one); }));
  }
  std::set<std::string> addresses;
  for (auto& answer : answers) {
    addresses.insert(ip_of(answer.get()));
  }
  EXPECT_EQ(addresses.size(), kCount);
  EXPECT_EQ(output_of("iptables -t nat -S POSTROUTING | grep -c GANTRY"), "1\n");
  std::vector<std::future<void>> ends;
  for (const plugin::NetRequest& one : requests) {
    ends.push_back(std::async(std::launch::async, [&] { make_net()->teardown(one); }));
  }
  for (auto& end : ends) {
    end.get();
  }
  expect_clean(std::string(60, 'd'));
}

TEST_F(RealCni, MacvlanOnAParent) {
  (void)net_->network_create(
      R"({"name":"lan","driver":"macvlan","network_interface":"uplink0",
          "subnets":[{"subnet":"203.0.113.0/24","gateway":"203.0.113.5",
                      "lease_range":{"start_ip":"203.0.113.50","end_ip":"203.0.113.60"}}]})");
  const auto ns = new_namespace("one");
  std::string status;
  try {
    status = net_->setup(request(*ns, "lan"));
  } catch (const Error& error) {
    if (std::string(error.what()).find("operation not supported") != std::string::npos) {
      GTEST_SKIP() << "this kernel has no macvlan";
    }
    throw;
  }
  EXPECT_EQ(ip_of(status, "lan"), "203.0.113.50");
  net_->teardown(request(*ns, "lan"));
  ns->run([] { EXPECT_THAT(link_names(), Not(Contains("eth0"))); });
  expect_clean();
}

// The administrator's lists, in both versions, as they are.
class AdministratorsList : public RealCni, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    RealCni::SetUp();
    if (net_ == nullptr) {
      return;
    }
    text_ = std::string(R"({"cniVersion":")") + GetParam() + R"(","name":"adm","plugins":[
        {"type":"bridge","bridge":"adm0","isGateway":true,"ipMasq":true,"hairpinMode":true,
         "ipam":{"type":"host-local","dataDir":")" +
            (host_->root() / "adm-leases").string() + R"(","routes":[{"dst":"0.0.0.0/0"}],
                 "ranges":[[{"subnet":"10.77.0.0/24","gateway":"10.77.0.1"}]]}},
        {"type":"portmap","capabilities":{"portMappings":true}},
        {"type":"firewall"},{"type":"tuning"}]})";
    host_->write_admin("87-adm.conflist", text_);
  }
  std::string text_;
};

TEST_P(AdministratorsList, IsUsedAsItIs) {
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns, "adm");
  web.attachments[0].static_ips = {"10.77.0.9"};
  web.ports = {{"", "tcp", 18080, 80, 1}};
  EXPECT_EQ(ip_of(net_->setup(web), "adm"), "10.77.0.9");
  const EchoServer server(*ns, SOCK_STREAM, 80);
  EXPECT_EQ(ask(SOCK_STREAM, "127.0.0.1", 18080), "hello");
  EXPECT_EQ(ask(SOCK_STREAM, "203.0.113.5", 18080), "hello");
  net_->check(web);
  net_->teardown(web);
  expect_clean();
  EXPECT_EQ(read_file(host_->config_dir() / "87-adm.conflist"), text_);
}

TEST_P(AdministratorsList, LeavesNothingWithTheNamespaceGone) {
  const auto ns = new_namespace("one");
  plugin::NetRequest web = request(*ns, "adm");
  web.ports = {{"", "tcp", 18080, 80, 1}};
  (void)net_->setup(web);
  ns->vanish();
  net_->teardown(web);
  expect_clean();
  EXPECT_THAT(output_of("iptables-save"), Not(HasSubstr("10.77.0.2")));
}

TEST_P(AdministratorsList, LeavesNothingAfterAReboot) {
  const auto ns = new_namespace("one");
  (void)net_->setup(request(*ns, "adm"));
  ns->vanish();
  host_->reboot();
  net_->gc({});
  expect_clean();
}
INSTANTIATE_TEST_SUITE_P(Versions, AdministratorsList, ::testing::Values("0.4.0", "1.0.0"),
                         [](const auto& version) {
                           return std::string(version.param) == "0.4.0" ? "v040" : "v100";
                         });

}  // namespace
}  // namespace gantry::net_cni
