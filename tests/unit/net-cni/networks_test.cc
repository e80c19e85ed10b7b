// SPDX-License-Identifier: Apache-2.0
//
// Networks as objects and files, with fake plug-ins that only answer to VERSION.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "plugins/net-cni/cni_net.h"
#include "plugins/net-cni/links.h"
#include "sdk/support/files.h"
#include "tests/unit/net-cni/fake_cni.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net_cni {
namespace {

using net::expect_error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class NetworksTest : public ::testing::Test {
 protected:
  NetworksTest() : fake_(host_) {
    for (const char* type : {"bridge", "macvlan", "ipvlan"}) {
      fake_.install(type);
    }
    net_ = std::make_unique<CniNet>(host_.host(), fake_.config());
  }
  Json create(const char* json) { return Json::parse(net_->network_create(json)); }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    net_->network_list([&](std::string_view name) {
      names.emplace_back(name);
      return true;
    });
    return names;
  }
  void refuse(Code code, const char* json, const std::string& words) {
    expect_error(code, words, [&] { (void)net_->network_create(json); });
  }

  TestHost host_;
  FakeCni fake_;
  std::unique_ptr<CniNet> net_;
};

TEST_F(NetworksTest, CreateChoosesWhatIsLeftOut) {
  const Json network = create(R"({"name":"front"})");
  EXPECT_EQ(network["name"], "front");
  EXPECT_EQ(network["driver"], "bridge");
  EXPECT_EQ(network["id"].get<std::string>().size(), 64);
  EXPECT_THAT(network["network_interface"].get<std::string>(), HasSubstr("gantry"));
  EXPECT_EQ(network["subnets"].size(), 1);
  EXPECT_THAT(network["subnets"][0]["gateway"].get<std::string>(), ::testing::EndsWith(".1"));
  EXPECT_EQ(network["internal"], false);
  EXPECT_EQ(network["ipv6_enabled"], false);
  EXPECT_EQ(network["dns_enabled"], false);
  EXPECT_EQ(network["ipam_options"]["driver"], "host-local");
  EXPECT_EQ(Json::parse(net_->network_inspect("front")), network);
  EXPECT_THAT(names(), ElementsAre("gantry", "front"));
  const Json second = create("{}");
  EXPECT_EQ(second["name"], "gantry1");
  EXPECT_NE(second["subnets"], network["subnets"]);
  EXPECT_NE(second["network_interface"], network["network_interface"]);
}

TEST_F(NetworksTest, CreateKeepsWhatIsAsked) {
  const Json network = create(R"({"name":"back","driver":"bridge","network_interface":"br-back",
      "subnets":[{"subnet":"10.123.7.9/24","gateway":"10.123.7.254",
                  "lease_range":{"start_ip":"10.123.7.10","end_ip":"10.123.7.20"}},
                 {"subnet":"fd12:3456::/64"}],
      "internal":false,"labels":{"a":"b"},"options":{"mtu":"1400","vlan":"7","isolate":"true"}})");
  EXPECT_EQ(network["network_interface"], "br-back");
  EXPECT_EQ(network["subnets"], Json::parse(R"([
      {"subnet":"10.123.7.0/24","gateway":"10.123.7.254",
       "lease_range":{"start_ip":"10.123.7.10","end_ip":"10.123.7.20"}},
      {"subnet":"fd12:3456::/64","gateway":"fd12:3456::1"}])"));
  EXPECT_EQ(network["labels"], Json::parse(R"({"a":"b"})"));
  EXPECT_EQ(network["options"], Json::parse(R"({"mtu":"1400","vlan":"7","isolate":"true"})"));
  EXPECT_EQ(network["ipv6_enabled"], true);
  const Json file = Json::parse(read_file(host_.data_dir() / "net.d" / "back.conflist"));
  EXPECT_EQ(file["plugins"][0]["mtu"], 1400);
  EXPECT_EQ(file["plugins"][0]["vlan"], 7);
  EXPECT_EQ(file["cniVersion"], "1.0.0");
}

TEST_F(NetworksTest, ALeaseRangeLeavesNetworkAndBroadcastAddressOut) {
  const Json network = create(R"({"name":"all","subnets":[{"subnet":"10.123.7.0/24",
      "lease_range":{"start_ip":"10.123.7.0","end_ip":"10.123.7.255"}}]})");
  EXPECT_EQ(network["subnets"][0]["lease_range"],
            Json::parse(R"({"start_ip":"10.123.7.1","end_ip":"10.123.7.254"})"));
}

TEST_F(NetworksTest, ANameNoNetworkCanHaveIsNotFound) {
  for (const char* name : {"", "a/b", "localhost/image:latest", "../x", "-x"}) {
    expect_error(Code::kNotFound, "network not found",
                 [&] { (void)net_->network_inspect(name); });
    expect_error(Code::kNotFound, "network not found", [&] { net_->network_remove(name); });
  }
}

TEST_F(NetworksTest, LookingMakesNoDefaultNetworkAndRunsNothing) {
  const Json planned = Json::parse(net_->network_inspect("gantry"));
  EXPECT_EQ(names().front(), "gantry");
  EXPECT_EQ(planned["subnets"].size(), 1);
  EXPECT_THAT(files_below(host_.data_dir()), ::testing::IsEmpty());
  EXPECT_THAT(fake_.order(), ::testing::IsEmpty());
}

// Each of these files once took all networks away.
TEST_F(NetworksTest, OddFilesOfTheAdministratorArePassedOver) {
  host_.write_admin("1.conf", R"({"name":5,"type":"bridge"})");
  host_.write_admin("2.conf", R"({"name":"x","type":"bridge","cniVersion":{}})");
  host_.write_admin("3.conflist", R"({"name":"three","plugins":[
      {"type":"bridge","ipam":null,"isGateway":"true"}]})");
  host_.write_admin("4.conflist", R"({"name":"four","plugins":[
      {"type":"bridge","ipam":{"ranges":7,"type":[]},"bridge":{},"ipMasq":"yes"}]})");
  host_.write_admin("5.conflist", R"({"name":"five","plugins":[
      {"type":"bridge","ipam":{"ranges":[3,[4],[{"subnet":1}]]}}]})");
  host_.write_admin("6.conflist", R"({"name":"six","plugins":{"a":1}})");
  host_.write_admin("7.conflist", R"([{"name":"seven"}])");
  EXPECT_THAT(names(), UnorderedElementsAre("gantry", "three", "four", "five"));
  for (const std::string& name : names()) {
    EXPECT_EQ(Json::parse(net_->network_inspect(name))["name"], name);
  }
  EXPECT_EQ(create(R"({"name":"mine"})")["name"], "mine");
}

TEST_F(NetworksTest, ListsOfTheNewestVersionAreUsed) {
  host_.write_admin("1.conflist",
                    R"({"cniVersion":"1.1.0","name":"new","plugins":[{"type":"bridge"}]})");
  EXPECT_THAT(names(), UnorderedElementsAre("gantry", "new"));
}

TEST_F(NetworksTest, BadRequestsAreToldInWords) {
  const auto invalid = Code::kInvalid;
  refuse(invalid, "nonsense", "the network description is not valid JSON");
  refuse(invalid, R"({"name":7})", "not understood");
  refuse(invalid, R"({"name":"a/b"})", "network name a/b invalid: names must match");
  refuse(invalid, R"({"subnets":[{"subnet":"x"}]})", "invalid CIDR address: x");
  refuse(invalid, R"({"subnets":[{"subnet":"10.1.2.0"}]})", "invalid CIDR address: 10.1.2.0");
  refuse(invalid, R"({"subnets":[{"subnet":"10.1.2.0/33"}]})", "invalid CIDR address");
  refuse(invalid, R"({"subnets":[{"subnet":"10.1.2.0/31"}]})", "too small");
  refuse(invalid, R"({"subnets":[{"subnet":"10.123.1.0/24","gateway":"10.2.0.1"}]})",
         "gateway 10.2.0.1 not in subnet 10.123.1.0/24");
  refuse(invalid,
         R"({"subnets":[{"subnet":"10.123.1.0/24","lease_range":{"start_ip":"10.2.0.1"}}]})",
         "lease range start ip 10.2.0.1 not in subnet");
  refuse(invalid, R"({"subnets":[{"subnet":"10.123.0.0/16"},{"subnet":"10.123.4.0/24"}]})",
         "overlap");
  refuse(invalid, R"({"subnets":[{"subnet":"127.0.0.0/8"},{"subnet":"0.0.0.0/0"}]})",
         "overlap");
  refuse(invalid, R"({"options":{"mtu":"big"}})", "mtu \"big\" is not a number");
  refuse(invalid, R"({"options":{"vlan":"4095"}})", "vlan \"4095\" is not a number");
  refuse(invalid, R"({"options":{"isolate":"x"}})", "neither true nor false");
  refuse(Code::kUnsupported, R"({"options":{"foo":"x"}})",
         "unsupported bridge network option foo");
  refuse(Code::kUnsupported, R"({"driver":"overlay"})", "unsupported driver overlay");
  refuse(invalid, R"({"driver":"macvlan","options":{"mode":"x"}})",
         "unknown macvlan mode \"x\"");
  refuse(invalid, R"({"driver":"macvlan","network_interface":"nothere0"})", "does not exist");
  refuse(Code::kUnsupported, R"({"ipam_options":{"driver":"x"}})", "unsupported ipam driver");
  refuse(Code::kExists, R"({"name":"gantry"})", "network name gantry already used");
  EXPECT_THAT(files_below(host_.data_dir()), ::testing::IsEmpty());
}

TEST_F(NetworksTest, CollisionsAreRefused) {
  host_.write_admin("1.conflist", R"({"cniVersion":"0.4.0","name":"theirs","plugins":[
      {"type":"bridge","bridge":"br0","ipam":{"type":"host-local",
       "ranges":[[{"subnet":"10.124.0.0/16"}]]}}]})");
  (void)create(R"({"name":"one","subnets":[{"subnet":"10.123.0.0/16"}]})");
  refuse(Code::kExists, R"({"name":"one"})", "network name one already used");
  refuse(Code::kExists, R"({"name":"theirs"})", "network name theirs already used");
  refuse(Code::kExists, R"({"name":"b","network_interface":"br0"})", "bridge name br0 already");
  refuse(Code::kExists, R"({"name":"b","network_interface":"lo"})", "bridge name lo already");
  refuse(Code::kInvalid, R"({"name":"b","subnets":[{"subnet":"10.123.5.0/24"}]})",
         "subnet 10.123.5.0/24 is already used on the host or by another config");
  refuse(Code::kInvalid, R"({"name":"b","subnets":[{"subnet":"10.124.5.0/24"}]})",
         "already used on the host");
}

TEST_F(NetworksTest, InternalNetworksHaveNoWayOut) {
  const Json network = create(R"({"name":"in","internal":true})");
  EXPECT_EQ(network["internal"], true);
  EXPECT_FALSE(network["subnets"][0].contains("gateway"));
  const Json plugin =
      Json::parse(read_file(host_.data_dir() / "net.d" / "in.conflist"))["plugins"][0];
  EXPECT_EQ(plugin["isGateway"], false);
  EXPECT_FALSE(plugin["ipam"].contains("routes"));
}

TEST_F(NetworksTest, MacvlanTakesAParentAndAsksDhcp) {
  const Json network =
      create(R"({"name":"lan","driver":"macvlan","options":{"parent":"lo","mode":"bridge"}})");
  EXPECT_EQ(network["driver"], "macvlan");
  EXPECT_EQ(network["network_interface"], "lo");
  EXPECT_EQ(network["ipam_options"]["driver"], "dhcp");
  EXPECT_EQ(create(R"({"name":"l2","driver":"ipvlan","network_interface":"lo",
                       "subnets":[{"subnet":"10.123.0.0/16"}]})")["ipam_options"]["driver"],
            "host-local");
}

TEST_F(NetworksTest, TheAdministratorsFilesAreShownAndKept) {
  const char* text = R"({"cniVersion":"0.4.0","name":"podman","plugins":[
      {"type":"bridge","bridge":"cni-podman0","isGateway":true,"ipMasq":true,
       "ipam":{"type":"host-local","routes":[{"dst":"0.0.0.0/0"}],
               "ranges":[[{"subnet":"10.88.0.0/16","gateway":"10.88.0.1"}]]}},
      {"type":"portmap","capabilities":{"portMappings":true}}]})";
  host_.write_admin("87.conflist", text);
  const Json network = Json::parse(net_->network_inspect("podman"));
  EXPECT_EQ(network["id"], "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9");
  EXPECT_EQ(network["network_interface"], "cni-podman0");
  EXPECT_EQ(network["subnets"],
            Json::parse(R"([{"subnet":"10.88.0.0/16","gateway":"10.88.0.1"}])"));
  EXPECT_EQ(network["internal"], false);
  EXPECT_THAT(names(), UnorderedElementsAre("gantry", "podman"));
  expect_error(Code::kPermission, "the administrator's",
               [&] { net_->network_remove("podman"); });
  EXPECT_EQ(read_file(host_.config_dir() / "87.conflist"), text);
}

TEST_F(NetworksTest, BrokenFilesAreToldAndPassedOver) {
  host_.write_admin("1.conflist", "{");
  host_.write_admin("2.conflist",
                    R"({"name":"x","cniVersion":"9.0.0","plugins":[{"type":"a"}]})");
  host_.write_admin("3.conflist", R"({"name":"y","plugins":[]})");
  host_.write_admin("4.conflist", R"({"name":"y","plugins":[{"type":"../evil"}]})");
  host_.write_admin("5.conflist", R"({"name":"good","plugins":[{"type":"bridge"}]})");
  host_.write_admin("6.conflist", R"([1,2])");
  EXPECT_THAT(names(), ElementsAre("gantry", "good"));
  EXPECT_EQ(host_.warnings().size(), 5);
  EXPECT_THAT(host_.warnings(), ::testing::Contains(HasSubstr("cniVersion 9.0.0")));
}

TEST_F(NetworksTest, AFileOfOursThatWasChangedByHandIsToldApart) {
  (void)create(R"({"name":"one"})");
  write_file(host_.data_dir() / "net.d" / "one.conflist",
             R"({"cniVersion":"1.0.0","name":"one","plugins":[{"type":"bridge"}]})");
  expect_error(Code::kInvalid, "changed by hand", [&] { (void)net_->network_inspect("one"); });
  EXPECT_THAT(names(), ElementsAre("gantry"));
}

TEST_F(NetworksTest, RemoveTakesTheFileAndNames) {
  (void)create(R"({"name":"one"})");
  net_->network_remove("one");
  EXPECT_THAT(names(), ElementsAre("gantry"));
  expect_error(Code::kNotFound, "unable to find network with name or ID one: network not found",
               [&] { net_->network_remove("one"); });
  expect_error(Code::kNotFound, "network not found",
               [&] { (void)net_->network_inspect("one"); });
  expect_error(Code::kPermission, "default network gantry cannot be removed",
               [&] { net_->network_remove("gantry"); });
}

TEST_F(NetworksTest, TheDefaultNetworkIsMadeOnceByManyAtOnce) {
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [this] {
      const Config config = parse_config(fake_.config());
      const Invoker invoker(host_.host(), config.plugin_dirs, host_.run_dir());
      const Networks networks(host_.host(), config, invoker, host_.data_dir() / "net.d");
      return networks.get("gantry").document.dump();
    }));
  }
  const std::string first = answers.front().get();
  for (std::size_t i = 1; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get(), first);
  }
  EXPECT_THAT(files_below(host_.data_dir()), ElementsAre("net.d/gantry.conflist"));
}

TEST_F(NetworksTest, AnOlderBridgePluginIsSpokenToInItsVersion) {
  write_file(host_.root() / "bin" / "bridge",
             "#!/bin/sh\necho '{\"supportedVersions\":[\"0.3.0\",\"0.4.0\"]}'\n", 0755);
  (void)create(R"({"name":"one"})");
  EXPECT_EQ(Json::parse(read_file(host_.data_dir() / "net.d" / "one.conflist"))["cniVersion"],
            "0.4.0");
}

TEST_F(NetworksTest, UnknownConfigurationIsRefused) {
  expect_error(Code::kInvalid, "unknown configuration key colour",
               [&] { CniNet bad(host_.host(), R"({"colour":"red"})"); });
  expect_error(Code::kInvalid, "must be a string",
               [&] { CniNet bad(host_.host(), R"({"plugin_dirs":[]})"); });
  const Json info = Json::parse(net_->info());
  EXPECT_EQ(info["name"], "cni");
  EXPECT_EQ(info["default_network"], "gantry");
  EXPECT_EQ(info["plugin_dirs"][0], (host_.root() / "bin").string());
}

}  // namespace
}  // namespace gantry::net_cni
