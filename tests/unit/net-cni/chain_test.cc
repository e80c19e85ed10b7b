// SPDX-License-Identifier: Apache-2.0
//
// ADD, CHECK and DEL as plug-ins see them, with fakes that record every call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/net-cni/cni_net.h"
#include "sdk/support/files.h"
#include "tests/unit/net-cni/fake_cni.h"
#include "tests/unit/net/matchers.h"

namespace gantry::net_cni {
namespace {

using net::expect_error;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kNamespace = "/proc/self/ns/net";  // any namespace will do for fakes

class Chain : public ::testing::Test {
 protected:
  Chain() : fake_(host_), net_((prepare(), host_.host()), fake_.config()) {}

  void prepare() {
    for (const char* type : {"one", "two", "three"}) {
      fake_.install(type);
    }
    host_.write_admin("10-net.conflist", R"({"cniVersion":"1.0.0","name":"net","plugins":[
      {"type":"one","capabilities":{"ips":true,"mac":true},"key":"value"},
      {"type":"two","capabilities":{"portMappings":true,"aliases":true}},
      {"type":"three"}]})");
    host_.write_admin("20-other.conflist", R"({"cniVersion":"0.4.0","name":"other","plugins":[
      {"type":"two"}]})");
    host_.write_admin("30-old.conf", R"({"cniVersion":"0.3.1","name":"old","type":"one"})");
  }
  static plugin::NetRequest request() {
    return {"c1", "web", kNamespace, {{"net", "eth0", {}, "", {}}}, {}};
  }
  static plugin::NetRequest two_networks() {
    plugin::NetRequest both = request();
    both.attachments.push_back({"other", "eth1", {}, "", {}});
    return both;
  }
  [[nodiscard]] std::vector<std::string> leftovers() const {
    std::vector<std::string> all = files_below(host_.data_dir());
    const std::vector<std::string> more = files_below(host_.run_dir());
    std::copy_if(more.begin(), more.end(), std::back_inserter(all),
                 [](const std::string& file) { return !file.starts_with("first-add/"); });
    return all;
  }

  TestHost host_;
  FakeCni fake_;
  CniNet net_;
};

TEST_F(Chain, AddRunsInOrderWithTheResultBefore) {
  const Json status = Json::parse(net_.setup(request()));
  EXPECT_EQ(status, Json::parse(R"({"net":{"interfaces":{"eth0":{
      "mac_address":"02:00:00:00:00:01",
      "subnets":[{"ipnet":"10.1.2.3/24","gateway":"10.1.2.1"}]}},
      "dns_server_ips":["10.1.2.1"],"dns_search_domains":["three.example"]}})"));
  const std::vector<FakeCall> calls = fake_.calls();
  ASSERT_THAT(fake_.order(), ElementsAre("ADD one", "ADD two", "ADD three"));
  EXPECT_EQ(calls[0].netns, kNamespace);
  EXPECT_EQ(calls[0].interface_name, "eth0");
  EXPECT_EQ(calls[0].args,
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=web;K8S_POD_NAME=web;"
            "K8S_POD_INFRA_CONTAINER_ID=c1");
  EXPECT_EQ(calls[0].path, (host_.root() / "bin").string());
  EXPECT_EQ(calls[0].config, Json::parse(R"({"type":"one","key":"value","name":"net",
                                             "cniVersion":"1.0.0"})"));
  EXPECT_EQ(calls[1].config["prevResult"]["dns"]["search"][0], "one.example");
  EXPECT_EQ(calls[2].config["prevResult"]["dns"]["search"][0], "two.example");
}

TEST_F(Chain, CapabilityArgumentsGoToThoseWhoDeclareThem) {
  plugin::NetRequest web = request();
  web.attachments[0].static_ips = {"10.1.2.3"};
  web.attachments[0].static_mac = "02:00:00:00:00:01";
  web.attachments[0].aliases = {"www"};
  web.ports = {{"127.0.0.1", "tcp", 8080, 80, 2}};
  (void)net_.setup(web);
  const std::vector<FakeCall> calls = fake_.calls();
  ASSERT_EQ(calls.size(), 3);
  EXPECT_EQ(calls[0].config["runtimeConfig"],
            Json::parse(R"({"ips":["10.1.2.3"],"mac":"02:00:00:00:00:01"})"));
  EXPECT_EQ(calls[1].config["runtimeConfig"], Json::parse(R"({"aliases":{"net":["www"]},
      "portMappings":[
        {"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"},
        {"hostPort":8081,"containerPort":81,"protocol":"tcp","hostIP":"127.0.0.1"}]})"));
  EXPECT_FALSE(calls[2].config.contains("runtimeConfig"));
  EXPECT_FALSE(calls[0].config.contains("capabilities"));
  EXPECT_THAT(calls[0].args, Not(HasSubstr("IP=")));
}

TEST_F(Chain, NetworksWithoutTheCapabilityGetTheOldArguments) {
  plugin::NetRequest web = request();
  web.attachments[0] = {"other", "eth0", {"10.1.2.3"}, "02:00:00:00:00:01", {}};
  (void)net_.setup(web);
  EXPECT_THAT(fake_.calls().at(0).args, HasSubstr(";IP=10.1.2.3;MAC=02:00:00:00:00:01"));
}

TEST_F(Chain, DelRunsBackwardsWithTheLastResultAndLeavesNothing) {
  (void)net_.setup(request());
  fake_.forget_calls();
  net_.teardown(request());
  ASSERT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
  for (const FakeCall& call : fake_.calls()) {
    EXPECT_EQ(call.netns, kNamespace);
    EXPECT_EQ(call.config["prevResult"]["dns"]["search"][0], "three.example");
  }
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, DelWithTheNamespaceGoneGetsAnEmptyPath) {
  (void)net_.setup(request());
  fake_.forget_calls();
  plugin::NetRequest gone = request();
  gone.netns_path = host_.root() / "nothing";
  net_.teardown(gone);
  EXPECT_EQ(fake_.calls().at(0).netns, "");
  EXPECT_EQ(fake_.calls().at(0).config["prevResult"]["ips"][0]["address"], "10.1.2.3/24");
}

TEST_F(Chain, DelWithoutARecordUsesTheNetworksFile) {
  net_.teardown(request());
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_FALSE(fake_.calls().at(0).config.contains("prevResult"));
}

TEST_F(Chain, DelUsesTheFileOfTheTimeOfAdd) {
  (void)net_.setup(request());
  remove_file(host_.config_dir() / "10-net.conflist");
  fake_.forget_calls();
  net_.teardown(request());
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
}

TEST_F(Chain, TeardownOfAnUnknownNetworkIsDone) {
  plugin::NetRequest unknown = request();
  unknown.attachments[0].network = "never";
  net_.teardown(unknown);
  EXPECT_THAT(fake_.order(), IsEmpty());
}

TEST_F(Chain, LeasesOfTheAdministratorsNetworksAreKnownAfterAReboot) {
  (void)net_.setup(request());
  host_.reboot();
  fake_.forget_calls();
  net_.gc({});
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, GcKeepsWhatIsValid) {
  (void)net_.setup(two_networks());
  fake_.forget_calls();
  net_.gc({{"c1", "net", "eth0"}});
  EXPECT_THAT(fake_.order(), ElementsAre("DEL two"));
  EXPECT_THAT(leftovers(), ElementsAre("records/net/c1.eth0.json"));
}

// For each step of two networks: the step fails, everything is undone, the user reads why;
// then the same request succeeds.
TEST_F(Chain, WhateverFailsIsUndoneAndCanBeRepeated) {
  for (const char* type : {"one", "two", "three"}) {
    fake_.forget_calls();
    fake_.fail_next(type, "ADD", R"({"code":102,"msg":"no luck","details":"at all"})");
    expect_error(Code::kIo,
                 std::string("plugin type=\"") + type + "\" failed (add): no luck; at all",
                 [&] { (void)net_.setup(two_networks()); });
    std::vector<std::string> order = fake_.order();
    order.erase(order.begin(), std::find(order.begin(), order.end(), "DEL three"));
    EXPECT_THAT(order, ElementsAre("DEL three", "DEL two", "DEL one")) << type;
    EXPECT_THAT(leftovers(), IsEmpty());
    (void)net_.setup(two_networks());
    net_.teardown(two_networks());
    EXPECT_THAT(leftovers(), IsEmpty());
  }
}

TEST_F(Chain, AllOrNothingOverSeveralNetworks) {
  plugin::NetRequest both = two_networks();
  both.attachments[1].network = "never";
  expect_error(Code::kNotFound,
               "unable to find network with name or ID never: network not found",
               [&] { (void)net_.setup(both); });
  EXPECT_THAT(fake_.order(), ElementsAre("ADD one", "ADD two", "ADD three", "DEL three",
                                         "DEL two", "DEL one"));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, CancelStopsAddAndStillUndoes) {
  host_.cancelled = true;
  expect_error(Code::kCancelled, "cancelled", [&] { (void)net_.setup(request()); });
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, FailedDelGoesOnAndIsRepeatable) {
  (void)net_.setup(request());
  fake_.forget_calls();
  fake_.fail_next("three", "DEL", R"({"code":11,"msg":"later"})");
  expect_error(Code::kBusy, "plugin type=\"three\" failed (del): later",
               [&] { net_.teardown(request()); });
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
  net_.teardown(request());
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, WhatSomeoneDeadLeftIsUndoneBeforeAdd) {
  (void)net_.setup(request());
  fake_.forget_calls();
  (void)net_.setup(request());
  EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one", "ADD one",
                                         "ADD two", "ADD three"));
}

TEST_F(Chain, ErrorsWithoutJsonArePassedOnToo) {
  fake_.fail_next("one", "ADD", "panic: out of luck\n");
  expect_error(Code::kIo, "plugin type=\"one\" failed (add): panic: out of luck",
               [&] { (void)net_.setup(request()); });
  fake_.fail_next("one", "ADD", "");
  expect_error(Code::kIo, "exit code 1 and no message", [&] { (void)net_.setup(request()); });
  fake_.fail_next("one", "ADD", R"({"code":1,"msg":"incompatible CNI versions"})");
  expect_error(Code::kUnsupported, "incompatible CNI versions",
               [&] { (void)net_.setup(request()); });
}

TEST_F(Chain, AnAnswerThatIsNoResultIsUndoneAndCanBeRepeated) {
  for (const char* answer : {"7", "[]", R"({"cniVersion":"1.0.0","interfaces":"none"})",
                             R"({"ips":[{"address":4}]})", R"({"dns":{"nameservers":[1]}})"}) {
    fake_.answer_next("two", "ADD", answer);
    expect_error(Code::kCorrupt, "plugin type=\"two\"", [&] { (void)net_.setup(request()); });
    EXPECT_THAT(leftovers(), IsEmpty()) << answer;
  }
  (void)net_.setup(request());
  net_.teardown(request());
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, ARecordWhoseResultIsNoneIsTornDownAllTheSame) {
  for (const bool own_way : {true, false}) {
    (void)net_.setup(request());
    const auto file = host_.data_dir() / "records" / "net" / "c1.eth0.json";
    Json record = Json::parse(read_file(file));
    record["result"] = Json{{"interfaces", 5}};
    record["netns"] = "/nowhere";
    write_file(file, record.dump());
    fake_.forget_calls();
    own_way ? net_.teardown(request()) : net_.gc({});
    EXPECT_THAT(fake_.order(), ElementsAre("DEL three", "DEL two", "DEL one"));
    EXPECT_THAT(leftovers(), IsEmpty());
  }
}

TEST_F(Chain, OneNetworkTwiceTellsOfBothInterfaces) {
  plugin::NetRequest twice = request();
  twice.attachments.push_back({"net", "eth1", {}, "", {}});
  const Json status = Json::parse(net_.setup(twice));
  EXPECT_EQ(status["net"]["interfaces"].size(), 2);
  EXPECT_TRUE(status["net"]["interfaces"].contains("eth0"));
  net_.teardown(twice);
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Chain, AMissingPluginIsNamed) {
  remove_file(host_.root() / "bin" / "two");
  expect_error(Code::kNotFound,
               "CNI plugin \"two\" is not in " + (host_.root() / "bin").string(),
               [&] { (void)net_.setup(request()); });
}

TEST_F(Chain, CheckGivesTheResultAndChangesNothing) {
  (void)net_.setup(request());
  const std::vector<std::string> before = leftovers();
  fake_.forget_calls();
  net_.check(request());
  EXPECT_THAT(fake_.order(), ElementsAre("CHECK one", "CHECK two", "CHECK three"));
  EXPECT_EQ(fake_.calls().at(0).config["prevResult"]["dns"]["search"][0], "three.example");
  EXPECT_EQ(leftovers(), before);
  fake_.fail_next("two", "CHECK", R"({"code":100,"msg":"address is gone"})");
  expect_error(Code::kIo, "failed (check): address is gone", [&] { net_.check(request()); });
}

TEST_F(Chain, CheckNeedsAnAttachmentAndAVersionThatHasIt) {
  expect_error(Code::kNotFound, "not attached", [&] { net_.check(request()); });
  plugin::NetRequest old = request();
  old.attachments[0].network = "old";
  (void)net_.setup(old);
  expect_error(Code::kUnsupported, "0.3.1", [&] { net_.check(old); });
}

TEST_F(Chain, OldVersionsGetNoResultOnDel) {
  plugin::NetRequest old = request();
  old.attachments[0].network = "old";
  (void)net_.setup(old);
  fake_.forget_calls();
  net_.teardown(old);
  EXPECT_FALSE(fake_.calls().at(0).config.contains("prevResult"));
}

TEST_F(Chain, BadRequestsAreRefusedBeforeAnythingRuns) {
  const auto refuse = [&](const std::string& words, auto&& change) {
    plugin::NetRequest bad = request();
    change(bad);
    expect_error(Code::kInvalid, words, [&] { (void)net_.setup(bad); });
  };
  refuse("container name", [](auto& r) { r.container_id = "../x"; });
  refuse("network name", [](auto& r) { r.attachments[0].network = "a/b"; });
  refuse("interface name", [](auto& r) { r.attachments[0].interface_name = "a/b"; });
  refuse("asked for twice", [](auto& r) { r.attachments.push_back(r.attachments[0]); });
  refuse("not an IP address", [](auto& r) { r.attachments[0].static_ips = {"x"}; });
  refuse("unknown port protocol", [](auto& r) { r.ports = {{"", "icmp", 1, 1, 1}}; });
  refuse("leaves the range", [](auto& r) { r.ports = {{"", "tcp", 65535, 80, 2}}; });
  EXPECT_THAT(fake_.order(), IsEmpty());
}

TEST_F(Chain, AStaticAddressThatIsNotGivenIsAnError) {
  plugin::NetRequest web = request();
  web.attachments[0].static_ips = {"10.1.2.99"};
  expect_error(Code::kUnsupported, "does not give out the requested address 10.1.2.99",
               [&] { (void)net_.setup(web); });
  EXPECT_THAT(leftovers(), IsEmpty());
}

}  // namespace
}  // namespace gantry::net_cni
