// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gantry/error.hpp>
#include <map>
#include <sstream>

#include "cli/command.h"
#include "cli/commands/commands.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using testing::UnorderedElementsAre;

HostFacts host() {
  HostFacts facts;
  facts.environment = {
      {"HOME", "/root"}, {"LC_ALL", "C"}, {"LC_TIME", "C"}, {"http_proxy", "p"}};
  facts.path_exists = [](const std::string& path) { return path != "/missing"; };
  facts.directory = "/work/here";
  return facts;
}

lifecycle::CreateRequest read(std::vector<std::string> words) {
  std::vector<OptionTable> tables(kRunCommand.options.begin(), kRunCommand.options.end());
  tables.push_back(global_options());
  const ParsedLine line = parse_line(words, tables, Interspersed::kNo);
  return read_create_request(line.options, line.arguments, words, host());
}

std::string mistake(const std::vector<std::string>& words) {
  try {
    (void)read(words);
    return "no mistake";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(CreateRequest, TakesImageAndCommand) {
  const auto request = read({"--name", "web", "alpine", "ls", "-l", "--all"});
  EXPECT_EQ(request.image, "alpine");
  EXPECT_THAT(request.command, ElementsAre("ls", "-l", "--all"));
  EXPECT_EQ(request.config.name, "web");
  EXPECT_THAT(request.config.create_command, testing::SizeIs(6));
}

TEST(CreateRequest, HasPodmansDefaults) {
  const auto request = read({"alpine"});
  const model::ContainerConfig& config = request.config;
  EXPECT_EQ(request.pull, "missing");
  EXPECT_EQ(config.shm_size, 65536000 / 1000 * 1024);
  EXPECT_EQ(config.process.stop_timeout, 10U);
  EXPECT_EQ(config.process.umask, "0022");
  EXPECT_EQ(config.log.driver, "k8s-file");
  EXPECT_EQ(config.restart.name, "no");
  EXPECT_EQ(config.user.mode, "host");
  EXPECT_EQ(config.pid.mode, "private");
  EXPECT_FALSE(request.entrypoint.has_value());
  EXPECT_FALSE(request.user.has_value());
  EXPECT_FALSE(config.resources.memory.has_value());
}

TEST(CreateRequest, ReadsTheEnvironment) {
  const auto request = read({"-e", "A=1", "-e", "HOME", "-e", "LC_*", "-e", "NOSUCH", "-e",
                             "B=", "--http-proxy=false", "i"});
  EXPECT_THAT(request.env,
              UnorderedElementsAre(Pair("A", "1"), Pair("HOME", "/root"), Pair("LC_ALL", "C"),
                                   Pair("LC_TIME", "C"), Pair("B", "")));
  EXPECT_THAT(read({"i"}).env, UnorderedElementsAre(Pair("http_proxy", "p")));
  EXPECT_EQ(mistake({"-e", "=x", "i"}), "invalid environment variable: \"=x\"");
}

TEST(CreateRequest, ReadsEnvironmentFiles) {
  const auto folder = make_temp_directory("/tmp/gantry-test-XXXXXX");
  const Cleanup gone([&] { remove_tree(folder); });
  write_file(folder / "env",
             "# comment\nA=from file\n\n  B=2\nHOME\nC=a b # not a comment\r\n");
  const auto request = read(
      {"--env-file", (folder / "env").string(), "-e", "A=wins", "--http-proxy=false", "i"});
  EXPECT_THAT(request.env,
              UnorderedElementsAre(Pair("A", "wins"), Pair("B", "2"), Pair("HOME", "/root"),
                                   Pair("C", "a b # not a comment")));
}

TEST(CreateRequest, ReadsEntrypoints) {
  EXPECT_THAT(*read({"--entrypoint", "/bin/sh", "i"}).entrypoint, ElementsAre("/bin/sh"));
  EXPECT_THAT(*read({"--entrypoint", "[\"a\",\"b\"]", "i"}).entrypoint, ElementsAre("a", "b"));
  EXPECT_THAT(*read({"--entrypoint", "", "i"}).entrypoint, IsEmpty());
}

TEST(CreateRequest, ReadsVolumes) {
  const auto request = read({"-v", "/host:/ctr:ro,z", "-v", "data:/data:U,nocopy", "-v",
                             "/anon", "-v", "./sub:/sub/", "i"});
  const auto& mounts = request.config.mounts;
  ASSERT_EQ(mounts.size(), 4U);
  EXPECT_EQ(mounts[0].kind, model::MountKind::kBind);
  EXPECT_EQ(mounts[0].source, "/host");
  EXPECT_THAT(mounts[0].options, ElementsAre("ro", "z"));
  EXPECT_EQ(mounts[1].kind, model::MountKind::kVolume);
  EXPECT_EQ(mounts[1].source, "data");
  EXPECT_TRUE(mounts[1].chown);
  EXPECT_TRUE(mounts[1].no_copy);
  EXPECT_TRUE(mounts[2].anonymous);
  EXPECT_EQ(mounts[2].destination, "/anon");
  EXPECT_EQ(mounts[3].source, "/work/here/sub");
  EXPECT_EQ(mounts[3].destination, "/sub");
}

TEST(CreateRequest, RefusesBadVolumes) {
  EXPECT_THAT(mistake({"-v", "a:b:c:d", "i"}), HasSubstr("incorrect volume format"));
  EXPECT_THAT(mistake({"-v", "/a:rel", "i"}), HasSubstr("must be an absolute path"));
  EXPECT_THAT(mistake({"-v", ":/a", "i"}), HasSubstr("host directory cannot be empty"));
  EXPECT_THAT(mistake({"-v", "/missing:/a", "i"}), HasSubstr("statfs /missing: no such file"));
  EXPECT_THAT(mistake({"-v", "/a:/", "i"}), HasSubstr("over /"));
  EXPECT_THAT(mistake({"-v", "/a:/x/../y", "--tmpfs", "/y", "i"}),
              HasSubstr("/y: duplicate mount destination"));
  EXPECT_NE(mistake({"-v", "b@d:/a", "i"}), "no mistake");
}

TEST(CreateRequest, ReadsMounts) {
  const auto request =
      read({"--mount", "type=bind,src=/h,dst=/c,ro,bind-propagation=rslave", "--mount",
            "type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777", "--mount",
            "type=volume,source=v,destination=/v,readonly=false", "--mount",
            "destination=/anon", "--tmpfs", "/r:size=2m,noexec", "i"});
  const auto& mounts = request.config.mounts;
  ASSERT_EQ(mounts.size(), 5U);
  EXPECT_THAT(mounts[0].options, ElementsAre("ro", "rslave"));
  EXPECT_EQ(mounts[1].kind, model::MountKind::kTmpfs);
  EXPECT_THAT(mounts[1].options, ElementsAre("size=1m", "mode=1777"));
  EXPECT_THAT(mounts[2].options, ElementsAre("rw"));
  EXPECT_TRUE(mounts[3].anonymous);
  EXPECT_THAT(mounts[4].options, ElementsAre("size=2m", "noexec"));
  EXPECT_THAT(mistake({"--mount", "type=nfs,dst=/a", "i"}), "invalid filesystem type \"nfs\"");
  EXPECT_THAT(mistake({"--mount", "type=bind,src=/a", "i"}),
              HasSubstr("must set volume destination"));
}

TEST(CreateRequest, ReadsSecurity) {
  const auto request =
      read({"--cap-add", "net_admin,CAP_SYS_TIME", "--cap-drop=all", "--privileged",
            "--security-opt", "no-new-privileges", "--security-opt", "seccomp=unconfined",
            "--security-opt", "mask=/a:/b", "--security-opt", "label=disable", "--device",
            "/dev/fuse:/dev/f:rw", "--sysctl", "net.x=1", "i"});
  const model::SecurityConfig& security = request.config.security;
  EXPECT_THAT(security.cap_add, ElementsAre("CAP_NET_ADMIN", "CAP_SYS_TIME"));
  EXPECT_THAT(security.cap_drop, ElementsAre("all"));
  EXPECT_TRUE(security.privileged);
  EXPECT_TRUE(security.no_new_privileges);
  EXPECT_EQ(security.seccomp_profile, "unconfined");
  EXPECT_THAT(security.mask, ElementsAre("/a", "/b"));
  EXPECT_THAT(security.label_options, ElementsAre("disable"));
  ASSERT_EQ(request.config.devices.size(), 1U);
  EXPECT_EQ(request.config.devices[0].container_path, "/dev/f");
  EXPECT_EQ(request.config.devices[0].permissions, "rw");
  EXPECT_THAT(request.config.sysctl, ElementsAre(Pair("net.x", "1")));
  EXPECT_THAT(mistake({"--security-opt", "foo=1", "i"}), HasSubstr("invalid --security-opt"));
  EXPECT_THAT(mistake({"--device", "/dev/a:b:c:d", "i"}),
              HasSubstr("invalid device specification"));
  EXPECT_THAT(mistake({"--sysctl", "a", "i"}), HasSubstr("KEY=VALUE"));
}

TEST(CreateRequest, ReadsDevices) {
  EXPECT_EQ(parse_device("/dev/a").container_path, "/dev/a");
  EXPECT_EQ(parse_device("/dev/a:r").permissions, "r");
  EXPECT_EQ(parse_device("/dev/a:/dev/b").container_path, "/dev/b");
  EXPECT_THROW((void)parse_device("/dev/a:/dev/b:x"), Error);
  EXPECT_THROW((void)parse_device(""), Error);
}

TEST(CreateRequest, ReadsResources) {
  const auto request =
      read({"-m", "64m", "--memory-swap=-1", "--cpus", "1.5", "-c", "512", "--pids-limit", "-1",
            "--ulimit", "nofile=10:20", "--ulimit", "core=-1", "--device-read-bps",
            "/dev/sda:1mb", "--shm-size", "1m", "i"});
  const model::Resources& resources = request.config.resources;
  EXPECT_EQ(resources.memory, 64 << 20);
  EXPECT_EQ(resources.memory_swap, -1);
  EXPECT_EQ(resources.cpus, 1.5);
  EXPECT_EQ(resources.cpu_shares, 512U);
  EXPECT_EQ(resources.pids_limit, -1);
  EXPECT_EQ(request.config.shm_size, 1 << 20);
  EXPECT_THAT(resources.device_read_bps,
              ElementsAre(model::ThrottleDevice{"/dev/sda", 1 << 20}));
  EXPECT_THAT(request.config.ulimits,
              ElementsAre(model::Ulimit{"nofile", 10, 20},
                          model::Ulimit{"core", ~std::uint64_t{0}, ~std::uint64_t{0}}));
  for (const char* option : {"--memory", "--memory-reservation", "--shm-size"}) {
    EXPECT_THAT(mistake({option, "-1", "i"}), HasSubstr("invalid size: '-1'"));
  }
  EXPECT_THAT(mistake({"--memory-swap", "-2", "i"}), HasSubstr("invalid size: '-2'"));
  EXPECT_THAT(mistake({"--cpus", "1", "--cpu-quota", "5", "i"}),
              HasSubstr("cannot be set together"));
  EXPECT_THAT(mistake({"--ulimit", "nofile=20:10", "i"}), HasSubstr("less than or equal"));
  EXPECT_THAT(mistake({"--ulimit", "nofile", "i"}), HasSubstr("invalid ulimit argument"));
  EXPECT_THAT(mistake({"--memory-swappiness", "101", "i"}), HasSubstr("range is 0-100"));
  EXPECT_THAT(mistake({"--cgroups", "x", "i"}), HasSubstr("invalid cgroup mode"));
}

TEST(CreateRequest, ReadsTheNetwork) {
  const auto request =
      read({"--network", "none", "--dns", "1.1.1.1", "--dns-opt", "ndots:1", "--add-host",
            "a:10.0.0.1", "-p", "8080:80", "--expose", "90", "i"});
  const model::NetworkConfig& network = request.config.network;
  EXPECT_EQ(network.mode, model::NetworkMode::kNone);
  EXPECT_THAT(network.dns_servers, ElementsAre("1.1.1.1"));
  EXPECT_THAT(network.dns_options, ElementsAre("ndots:1"));
  EXPECT_THAT(network.extra_hosts, ElementsAre("a:10.0.0.1"));
  ASSERT_EQ(network.ports.size(), 1U);
  EXPECT_EQ(network.ports[0].host_port, 8080);
  EXPECT_THAT(network.exposed, ElementsAre("90/tcp"));
  EXPECT_EQ(mistake({"--dns", "x", "i"}), "x is not an ip address");
  EXPECT_THAT(mistake({"--add-host", "a:b", "i"}), HasSubstr("invalid IP address in add-host"));
  EXPECT_THAT(mistake({"--add-host", "a:1.2.3.4", "--no-hosts", "i"}), HasSubstr("--no-hosts"));
}

TEST(CreateRequest, DropsPortsThatNoNetworkWouldPublish) {
  for (const auto& [mode, kept] : std::map<std::string, bool>{{"none", false},
                                                              {"host", false},
                                                              {"container:a", false},
                                                              {"bridge", true},
                                                              {"ns:/x", true}}) {
    auto request = read({"--network", mode, "-p", "8080:80", "i"});
    std::ostringstream err;
    settle_ports(err, request);
    EXPECT_EQ(request.config.network.ports.empty(), !kept) << mode;
    EXPECT_EQ(err.str().empty(), kept) << mode;
  }
}

TEST(CreateRequest, ReadsNamespaces) {
  const auto request = read({"--pid=host", "--ipc=container:other", "--uts", "ns:/x", "i"});
  EXPECT_EQ(request.config.pid.mode, "host");
  EXPECT_EQ(request.config.ipc.mode, "container");
  EXPECT_EQ(request.config.ipc.value, "other");
  EXPECT_EQ(request.config.uts.value, "/x");
  EXPECT_EQ(mistake({"--pid=foo", "i"}),
            "unrecognized namespace mode foo passed: --pid is one of private, host, "
            "container:NAME, ns:PATH");
  EXPECT_THAT(mistake({"--pid=container:", "i"}),
              HasSubstr("unrecognized namespace mode container: passed"));
  EXPECT_EQ(mistake({"--userns=keep-id", "i"}), "keep-id is only supported in rootless mode");
  EXPECT_THAT(mistake({"--uts=host", "-h", "x", "i"}), HasSubstr("cannot set hostname"));
}

TEST(CreateRequest, ReadsHealthChecks) {
  const auto request = read({"--health-cmd", "true", "--health-interval", "5s", "i"});
  EXPECT_THAT(request.health.test, Optional(ElementsAre("CMD-SHELL", "true")));
  EXPECT_EQ(request.health.interval_ns, 5'000'000'000);
  EXPECT_EQ(request.health.retries, std::nullopt);
  EXPECT_THAT(read({"--health-cmd", "[\"a\",\"b\"]", "i"}).health.test,
              Optional(ElementsAre("CMD", "a", "b")));
  const auto startup = read({"--health-startup-cmd=x", "--health-startup-interval=1s",
                             "--health-startup-retries=4", "--health-startup-success=2",
                             "--health-startup-timeout=2s", "--health-retries=7", "i"})
                           .health;
  EXPECT_THAT(startup.startup.test, ElementsAre("CMD-SHELL", "x"));
  EXPECT_EQ(startup.startup.interval_ns, 1'000'000'000);
  EXPECT_EQ(startup.startup.timeout_ns, 2'000'000'000);
  EXPECT_EQ(startup.startup.retries, 4);
  EXPECT_EQ(startup.startup.successes, 2);
  EXPECT_EQ(startup.retries, 7);
  EXPECT_THAT(mistake({"--health-cmd=x", "--health-timeout=1ms", "i"}),
              HasSubstr("at least 1 second"));
  EXPECT_THAT(mistake({"--health-cmd", "x", "--health-on-failure", "y", "i"}),
              HasSubstr("on-failure"));
}

TEST(CreateRequest, ReadsTheRest) {
  const auto request = read({"-l", "a=b", "--label", "c", "--annotation", "x=y", "--log-opt",
                             "max-size=10m", "--log-driver", "json-file", "--restart",
                             "on-failure:3", "--runtime", "runc", "i"});
  EXPECT_THAT(request.config.labels, UnorderedElementsAre(Pair("a", "b"), Pair("c", "")));
  EXPECT_THAT(request.config.annotations, ElementsAre(Pair("x", "y")));
  EXPECT_EQ(request.config.log.max_size, 10 << 20);
  EXPECT_EQ(request.config.log.driver, "json-file");
  EXPECT_EQ(request.config.restart.name, "on-failure");
  EXPECT_EQ(request.config.restart.max_retries, 3U);
  EXPECT_EQ(request.config.backends.runtime, "runc");
}

TEST(CreateRequest, RefusesContradictions) {
  EXPECT_THAT(mistake({"--rm", "--restart=always", "i"}),
              HasSubstr("conflicts with --restart"));
  EXPECT_THAT(mistake({"--replace", "i"}), HasSubstr("without --name"));
  EXPECT_THAT(mistake({"--pull=x", "i"}), HasSubstr("unsupported pull policy"));
  EXPECT_THAT(mistake({"--restart=x", "i"}), HasSubstr("not a valid restart policy"));
  EXPECT_THAT(mistake({"--restart=always:3", "i"}),
              HasSubstr("only be specified with on-failure"));
  EXPECT_THAT(mistake({"--log-driver=x", "i"}), HasSubstr("invalid log driver"));
  EXPECT_THAT(mistake({"--workdir=rel", "i"}), HasSubstr("must be absolute"));
  EXPECT_THAT(mistake({"--umask=9", "i"}), HasSubstr("invalid umask"));
  EXPECT_THAT(mistake({"--name=b@d", "i"}), HasSubstr("names must match"));
}

}  // namespace
}  // namespace gantry::cli
