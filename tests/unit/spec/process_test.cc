// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/spec/fixtures.h"

namespace gantry::spec {
namespace {

using testing::HasSubstr;

std::string error_of(Fixture& fixture) {
  try {
    (void)fixture.build();
  } catch (const Error& e) {
    EXPECT_NE(e.code(), Code::kInternal);
    return e.what();
  }
  return "no error";
}

TEST(Process, HasDefaultsThatTheContainerOverrides) {
  Fixture f;
  f.config.process.env = {{"TERM", "vt100"}, {"A", "1"}};
  const Json env = f.build()["process"]["env"];
  for (const char* each : {"HOME=/root", "HOSTNAME=box", "TERM=vt100", "A=1"}) {
    EXPECT_TRUE(contains(env, each)) << each;
  }
  f.config.process.env["HOME"] = "/elsewhere";
  EXPECT_TRUE(contains(f.build()["process"]["env"], "HOME=/elsewhere"));
}

TEST(Process, TakesTheHostsNameInTheHostsUtsNamespace) {
  Fixture f;
  f.config.uts.mode = "host";
  SpecInput input = f.input();
  input.hostname.clear();
  const Json spec = build(input);
  EXPECT_TRUE(contains(spec["process"]["env"], "HOSTNAME=host"));
  EXPECT_FALSE(spec.contains("hostname"));
}

TEST(Process, NamesTheUserWithUmaskAndGroups) {
  Fixture f;
  f.user = {1000, 1001, {1001, 10}, "alice", "/home/alice"};
  f.config.process.umask = "0077";
  EXPECT_EQ(
      f.build()["process"]["user"],
      (Json{{"uid", 1000}, {"gid", 1001}, {"umask", 63}, {"additionalGids", {1001, 10}}}));
}

TEST(Process, RefusesAnEmptyCommandAndABadUmask) {
  Fixture f;
  f.config.process.umask = "9";
  EXPECT_EQ(error_of(f), "invalid umask string 9: invalid argument");
  Fixture g;
  g.config.process.command.clear();
  EXPECT_THAT(error_of(g), HasSubstr("no command or entrypoint provided"));
}

TEST(Process, InitNeedsAPidNamespace) {
  Fixture f;
  f.config.process.init = true;
  f.config.process.init_path = "/bin/sh";
  const Json spec = f.build();
  EXPECT_EQ(spec["process"]["args"], (Json{"/run/gantry-init", "--", "/bin/true"}));
  EXPECT_EQ(mount_at(spec, "/run/gantry-init")["source"], "/bin/sh");
  f.config.pid.mode = "host";
  EXPECT_THAT(error_of(f), HasSubstr("cannot add init binary as PID 1"));
  Fixture g;
  g.config.process.init = true;
  g.config.process.init_path = "/nope";
  EXPECT_THAT(error_of(g), HasSubstr("container-init binary not found on the host"));
}

TEST(Process, SecretsWinOverEnvironment) {
  Fixture f;
  f.config.process.env = {{"KEY", "public"}};
  SpecInput input = f.input();
  input.secret_env = {{"KEY", "secret"}};
  EXPECT_TRUE(contains(build(input)["process"]["env"], "KEY=secret"));
}

TEST(Capabilities, OfRootAreTheDefaultsAndNotInheritable) {
  Fixture f;
  const Json caps = f.build()["process"]["capabilities"];
  EXPECT_EQ(caps["bounding"].size(), 11U);
  EXPECT_EQ(caps["bounding"], caps["effective"]);
  EXPECT_EQ(caps["bounding"], caps["permitted"]);
  EXPECT_FALSE(caps.contains("inheritable"));
  EXPECT_FALSE(caps.contains("ambient"));
}

TEST(Capabilities, OfAUserAreThoseAddedByName) {
  Fixture f;
  f.user.uid = 1000;
  f.config.security.cap_add = {"sys_time"};
  f.config.security.cap_drop = {"CAP_CHOWN"};
  const Json caps = f.build()["process"]["capabilities"];
  EXPECT_EQ(caps["ambient"], Json({"CAP_SYS_TIME"}));
  EXPECT_EQ(caps["inheritable"], caps["effective"]);
  EXPECT_FALSE(contains(caps["bounding"], "CAP_CHOWN"));
  EXPECT_TRUE(contains(caps["bounding"], "CAP_SYS_TIME"));
}

TEST(Capabilities, AllAndNone) {
  Fixture f;
  f.config.security.cap_drop = {"all"};
  EXPECT_EQ(f.build()["process"]["capabilities"]["bounding"].size(), 0U);
  f.config.security.cap_add = {"chown"};
  EXPECT_EQ(f.build()["process"]["capabilities"]["bounding"], Json({"CAP_CHOWN"}));
  Fixture g;
  g.config.security.privileged = true;
  g.host.held_capabilities = ~(1ULL << 24U);
  const Json caps = g.build()["process"]["capabilities"]["bounding"];
  EXPECT_EQ(caps.size(), 40U);
  EXPECT_FALSE(contains(caps, "CAP_SYS_RESOURCE"));
}

TEST(Capabilities, ErrorsAreInPodmansWords) {
  Fixture f;
  f.config.security.cap_add = {"foo"};
  EXPECT_EQ(error_of(f), "\"CAP_FOO\": unknown capability");
  f.config.security.cap_add = {"all"};
  f.config.security.cap_drop = {"all"};
  EXPECT_EQ(error_of(f), "adding all caps and removing all caps not allowed");
  f.config.security.cap_add = f.config.security.cap_drop = {"chown"};
  EXPECT_EQ(error_of(f), "capability \"CAP_CHOWN\" cannot be dropped and added");
}

TEST(Rlimits, DefaultsStayBelowWhatTheHostAllows) {
  Fixture f;
  EXPECT_EQ(f.build()["process"]["rlimits"][0]["hard"], 1048576);
  f.host.can_raise_rlimits = false;
  const Json limits = f.build()["process"]["rlimits"];
  EXPECT_EQ(limits[0], (Json{{"type", "RLIMIT_NOFILE"}, {"soft", 20000}, {"hard", 20000}}));
  EXPECT_THAT(f.notes.front(), HasSubstr("CAP_SYS_RESOURCE"));
}

TEST(Rlimits, AskedOnesAreTakenOrRefused) {
  Fixture f;
  f.config.ulimits = {{"nofile", 100, 200}, {"core", 0, 0}};
  const Json limits = f.build()["process"]["rlimits"];
  EXPECT_EQ(limits.size(), 3U);
  EXPECT_EQ(limits[0], (Json{{"type", "RLIMIT_NOFILE"}, {"soft", 100}, {"hard", 200}}));
  f.host.can_raise_rlimits = false;
  f.config.ulimits = {{"nofile", 100, 30000}};
  EXPECT_THAT(error_of(f), HasSubstr("this host allows at most 20000"));
  f.config.ulimits = {{"foo", 1, 1}};
  EXPECT_EQ(error_of(f), "invalid ulimit type: foo");
  f.config.ulimits = {{"nofile", 5, 3}};
  EXPECT_THAT(error_of(f), HasSubstr("5 > 3"));
  f.config.ulimits = {{"host", 0, 0}};
  EXPECT_EQ(f.build()["process"]["rlimits"], Json::array());
}

TEST(Exec, StartsFromTheContainersProcess) {
  Fixture f;
  f.config.process.env = {{"A", "1"}};
  const Json spec = f.build();
  ExecInput exec;
  exec.argv = {"sh"};
  exec.env = {"A=2"};
  exec.user = ResolvedUser{1000, 1001, {}, "alice", "/home/alice"};
  const Json process = build_exec_process(spec, exec, f.host);
  EXPECT_EQ(process["args"], Json({"sh"}));
  EXPECT_TRUE(contains(process["env"], "A=2"));
  EXPECT_TRUE(contains(process["env"], "HOME=/home/alice"));
  EXPECT_EQ(process["capabilities"]["effective"], Json::array());
  EXPECT_EQ(process["capabilities"]["bounding"].size(), 11U);
  EXPECT_THROW((void)build_exec_process(spec, ExecInput(), f.host), Error);
}

TEST(Labels, RefusesAppArmorWhereThereIsNone) {
  Fixture f;
  f.config.security.apparmor_profile = "x";
  EXPECT_THAT(error_of(f), HasSubstr("Apparmor is not enabled"));
  f.host.apparmor = true;
  EXPECT_EQ(f.build()["process"]["apparmorProfile"], "x");
}

}  // namespace
}  // namespace gantry::spec
