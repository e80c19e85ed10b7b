// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/spec/fixtures.h"

namespace gantry::spec {
namespace {

using testing::HasSubstr;

std::string error_of(Fixture& fixture) {
  try {
    (void)fixture.build();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

std::vector<std::string> types(const Json& spec) {
  std::vector<std::string> result;
  for (const Json& each : spec["linux"]["namespaces"]) {
    result.push_back(each["type"]);
  }
  return result;
}

TEST(Namespaces, FollowModeAndHost) {
  Fixture f;
  using List = std::vector<std::string>;
  EXPECT_EQ(types(f.build()), (List{"pid", "network", "ipc", "uts", "mount", "cgroup"}));
  f.host.cgroups = CgroupMode::kHybrid;
  EXPECT_EQ(types(f.build()), (List{"pid", "network", "ipc", "uts", "mount"}));
  f.config.cgroup.mode = "private";
  EXPECT_EQ(types(f.build()).back(), "cgroup");
  f.config.cgroup.mode = f.config.pid.mode = f.config.ipc.mode = f.config.uts.mode = "host";
  f.config.network.mode = model::NetworkMode::kHost;
  EXPECT_EQ(types(f.build()), (List{"mount"}));
}

TEST(Namespaces, JoinByPath) {
  Fixture f;
  SpecInput input = f.input();
  input.namespaces.net = "/run/netns/x";
  input.namespaces.uts = "/proc/1/ns/uts";
  const Json spec = build(input);
  EXPECT_EQ(spec["linux"]["namespaces"][1],
            (Json{{"type", "network"}, {"path", "/run/netns/x"}}));
  EXPECT_FALSE(spec.contains("hostname"));
}

TEST(Paths, AreMaskedUnlessUnmasked) {
  Fixture f;
  Json linux_section = f.build()["linux"];
  EXPECT_TRUE(contains(linux_section["maskedPaths"], "/proc/kcore"));
  EXPECT_TRUE(contains(linux_section["readonlyPaths"], "/proc/sys"));
  f.config.security.unmask = {"/proc/kcore:/proc/acpi"};
  f.config.security.mask = {"/foo"};
  linux_section = f.build()["linux"];
  EXPECT_FALSE(contains(linux_section["maskedPaths"], "/proc/kcore"));
  EXPECT_FALSE(contains(linux_section["maskedPaths"], "/proc/acpi"));
  EXPECT_TRUE(contains(linux_section["maskedPaths"], "/foo"));
  f.config.security.unmask = {"/proc/*"};
  EXPECT_EQ(f.build()["linux"]["readonlyPaths"].size(), 0U);
  f.config.security.privileged = true;
  EXPECT_EQ(f.build()["linux"]["maskedPaths"].size(), 0U);
}

TEST(Devices, AreRefusedUnlessAsked) {
  Fixture f;
  EXPECT_EQ(f.build()["linux"]["resources"]["devices"],
            Json::array({{{"allow", false}, {"access", "rwm"}}}));
  f.config.devices = {{"/dev/net", "/dev/foo", "r"}};
  f.config.device_cgroup_rules = {"c 1:* rw"};
  const Json section = f.build()["linux"];
  EXPECT_EQ(section["devices"][0]["path"], "/dev/foo/tun");
  EXPECT_EQ(
      section["resources"]["devices"][1],
      (Json{{"allow", true}, {"type", "c"}, {"major", 10}, {"minor", 200}, {"access", "r"}}));
  EXPECT_EQ(section["resources"]["devices"][2],
            (Json{{"allow", true}, {"type", "c"}, {"major", 1}, {"access", "rw"}}));
}

TEST(Devices, AreBoundUnderAnotherNameInAUserNamespace) {
  Fixture f;
  f.config.devices = {{"/dev/vda", "", "r"}, {"/dev/net", "/dev/foo", "r"}};
  SpecInput input = f.input();
  input.mapping.uids = input.mapping.gids = {{0, 100000, 5}};
  const Json spec = build(input);
  ASSERT_EQ(spec["linux"]["devices"].size(), 1U);
  EXPECT_EQ(spec["linux"]["devices"][0]["path"], "/dev/vda");
  EXPECT_EQ(mount_at(spec, "/dev/foo/tun")["source"], "/dev/net/tun");
}

TEST(Namespaces, TellTheMappingOfAJoinedOneToo) {
  Fixture f;
  SpecInput input = f.input();
  input.mapping = {{{0, 100000, 5}}, {{0, 200000, 6}}};
  Json section = build(input)["linux"];
  EXPECT_TRUE(contains(section["namespaces"], Json{{"type", "user"}}));
  EXPECT_EQ(section["gidMappings"],
            Json::array({{{"containerID", 0}, {"hostID", 200000}, {"size", 6}}}));
  input.namespaces.user = "/proc/1/ns/user";
  section = build(input)["linux"];
  EXPECT_TRUE(
      contains(section["namespaces"], Json{{"type", "user"}, {"path", "/proc/1/ns/user"}}));
  EXPECT_EQ(section["uidMappings"],
            Json::array({{{"containerID", 0}, {"hostID", 100000}, {"size", 5}}}));
}

TEST(Devices, BadRulesAreNamed) {
  Fixture f;
  f.config.device_cgroup_rules = {"foo"};
  EXPECT_THAT(error_of(f), HasSubstr("invalid device cgroup rule"));
  Fixture g;
  g.config.devices = {{"/dev/x", "", "x"}};
  EXPECT_EQ(error_of(g), "invalid device mode: x");
  Fixture h;
  SpecInput input = h.input();
  input.find_devices = devices_at;
  h.config.devices = {{"/dev/no-such-device", "", "r"}};
  EXPECT_THROW((void)build(input), Error);
}

TEST(Resources, DefaultToALimitOfProcesses) {
  Fixture f;
  EXPECT_EQ(f.build()["linux"]["resources"]["pids"]["limit"], 2048);
  f.config.resources.pids_limit = -1;
  EXPECT_EQ(f.build()["linux"]["resources"]["pids"]["limit"], 0);
}

TEST(Resources, AreTranslated) {
  Fixture f;
  f.config.resources.memory = 100 << 20;
  f.config.resources.cpus = 0.5;
  f.config.resources.cpu_shares = 512;
  f.config.resources.cpuset_cpus = "0";
  f.config.resources.device_read_bps = {{"/dev/vda", 1 << 20}};
  const Json resources = f.build()["linux"]["resources"];
  EXPECT_EQ(resources["memory"], (Json{{"limit", 104857600}, {"swap", 209715200}}));
  EXPECT_EQ(resources["cpu"],
            (Json{{"shares", 512}, {"period", 100000}, {"quota", 50000}, {"cpus", "0"}}));
  EXPECT_EQ(resources["blockIO"]["throttleReadBpsDevice"][0],
            (Json{{"major", 254}, {"minor", 0}, {"rate", 1048576}}));
}

TEST(Resources, TwiceAHugeMemoryLimitDoesNotOverflow) {
  Fixture f;
  f.config.resources.memory = std::numeric_limits<std::int64_t>::max();
  EXPECT_GT(f.build()["linux"]["resources"]["memory"]["swap"], 0);
}

TEST(Resources, WithoutControllerAreDroppedWithANote) {
  Fixture f;
  f.host.controllers = {"pids"};
  f.config.resources.memory = 1 << 20;
  EXPECT_FALSE(f.build()["linux"]["resources"].contains("memory"));
  EXPECT_THAT(f.notes.front(), HasSubstr("Limitation discarded"));
  f.config.cgroups = "disabled";
  EXPECT_FALSE(f.build()["linux"].contains("resources"));
}

TEST(Sysctl, MustBelongToANamespaceOfTheContainer) {
  Fixture f;
  f.config.sysctl = {{"net.ipv4.ip_forward", "1"}};
  EXPECT_EQ(f.build()["linux"]["sysctl"]["net.ipv4.ip_forward"], "1");
  f.config.network.mode = model::NetworkMode::kHost;
  EXPECT_EQ(error_of(f),
            "sysctl net.ipv4.ip_forward=1 can't be set since Network Namespace set to host: "
            "invalid argument");
  f.config.sysctl = {{"foo.bar", "1"}};
  EXPECT_EQ(error_of(f), "sysctl 'foo.bar' is not allowed");
}

TEST(Annotations, CallersWinOverTheContainers) {
  Fixture f;
  f.config.annotations = {{"a", "1"}, {"b", "1"}};
  SpecInput input = f.input();
  input.annotations = {{"b", "2"}};
  input.hooks = {{"poststop", Json::array({{{"path", "/bin/true"}}})}};
  const Json spec = build(input);
  EXPECT_EQ(spec["annotations"]["a"], "1");
  EXPECT_EQ(spec["annotations"]["b"], "2");
  EXPECT_EQ(spec["annotations"]["org.opencontainers.image.stopSignal"], "15");
  EXPECT_EQ(spec["hooks"]["poststop"][0]["path"], "/bin/true");
}

TEST(HostFacts, AreReadFromThisHost) {
  const HostFacts facts = probe_host();
  EXPECT_FALSE(facts.machine.empty());
  EXPECT_FALSE(facts.hostname.empty());
  EXPECT_GT(facts.rlimits.at("nofile").hard, 0U);
  EXPECT_GE(facts.last_capability, 37);
  EXPECT_EQ(devices_at("/dev/null").front().major, 1U);
  for (const DeviceNode& node : devices_at("/dev")) {
    EXPECT_FALSE(node.path.starts_with("/dev/pts/")) << node.path;
  }
}

}  // namespace
}  // namespace gantry::spec
