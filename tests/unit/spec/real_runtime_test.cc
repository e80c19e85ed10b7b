// SPDX-License-Identifier: Apache-2.0
//
// Configurations as build makes them, run by the real runtimes with busybox: the kernel has
// the last word on whether a section says what it means to say.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fcntl.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/model/ids.h"
#include "core/spec/spec.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::spec {
namespace {

namespace fs = std::filesystem;

// cgroup2 mounted beside cgroup v1, which crun does not want to see.
std::vector<std::string> hybrid_mounts() {
  std::istringstream lines(read_file("/proc/self/mountinfo"));
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string skip;
    std::string point;
    words >> skip >> skip >> skip >> skip >> point;
    if (line.find(" - cgroup2 ") != std::string::npos && point != "/sys/fs/cgroup") {
      found.push_back(point);
    }
  }
  return found;
}

class RealRuntime : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string missing;
    if (::geteuid() != 0) {
      missing = "root";
    }
    for (const char* program : {GetParam(), "busybox"}) {
      const std::optional<std::string> path = find_program(program);
      if (!path || !exists(*path)) {
        missing = program;
      }
    }
    if (!missing.empty()) {
      const char* require = std::getenv("GANTRY_TEST_REQUIRE");
      if (require != nullptr && std::string(require) == "all") {
        FAIL() << "needs " << missing;
      }
      GTEST_SKIP() << "needs " << missing;
    }
    folder_ = make_temp_directory(fs::temp_directory_path() / "gantry-spec-XXXXXX");
    make_rootfs();
    host_ = probe_host();
    config_.id = model::random_id();
    if (std::string(GetParam()) == "crun" && host_.cgroups == CgroupMode::kHybrid) {
      hide_ = hybrid_mounts();
    }
  }

  void TearDown() override {
    if (!folder_.empty()) {
      (void)runtime({"delete", "--force", config_.id});
      remove_tree(folder_);
    }
  }

  void make_rootfs() {
    rootfs_ = folder_ / "bundle/rootfs";
    for (const char* name :
         {"bin", "etc", "proc", "sys", "dev", "tmp", "run", "var/tmp", "data"}) {
      make_directories(rootfs_ / name);
    }
    fs::copy_file(*find_program("busybox"), rootfs_ / "bin/busybox");
    for (const char* name :
         {"sh", "cat", "id", "grep", "ls", "hostname", "unshare", "touch", "sleep", "mount"}) {
      fs::create_symlink("busybox", rootfs_ / "bin" / name);
    }
    write_file(rootfs_ / "etc/passwd",
               "root:x:0:0::/root:/bin/sh\nalice:x:1000:1001::/home/alice:\n");
    write_file(rootfs_ / "etc/group", "root:x:0:\nalice:x:1001:\nwheel:x:10:alice\n");
  }

  CommandResult runtime(const std::vector<std::string>& args) {
    Command command;
    command.argv = {GetParam(), "--root", (folder_ / "state").string()};
    command.argv.insert(command.argv.end(), args.begin(), args.end());
    command.hide = hide_;
    command.timeout = std::chrono::minutes(1);
    return run_command(command);
  }

  void write_config() {
    const UniqueFd root = open_file(rootfs_, O_RDONLY | O_DIRECTORY);
    SpecInput input(config_, host_);
    input.rootfs = rootfs_;
    input.user = resolve_user(root.get(), config_.process.user, config_.process.groups);
    input.hostname = "box";
    input.mounts = mounts_;
    input.cgroups_path = "/gantry-test-" + config_.id;
    input.compiled_seccomp = compiled_;
    input.seccomp_cache = folder_ / "cache";
    write_file(folder_ / "bundle/config.json", to_text(build(input)));
  }

  // What the shell prints in the container.
  std::string run(const std::string& script) {
    config_.process.command = {"/bin/sh", "-c", script};
    write_config();
    const CommandResult result =
        runtime({"run", "--bundle", (folder_ / "bundle").string(), config_.id});
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.exit_code, 0);
    return result.out;
  }

  fs::path folder_;
  fs::path rootfs_;
  HostFacts host_;
  model::ContainerConfig config_;
  std::vector<ResolvedMount> mounts_;
  std::vector<std::string> hide_;
  bool compiled_ = false;
};

TEST_P(RealRuntime, RunsAndHasAHostname) {
  EXPECT_EQ(run("echo hello; hostname"), "hello\nbox\n");
}

TEST_P(RealRuntime, RunsAsTheUserOfTheImage) {
  config_.process.user = "alice";
  EXPECT_EQ(run("id; echo $HOME"),
            "uid=1000(alice) gid=1001(alice) groups=10(wheel),1001(alice)\n/home/alice\n");
}

TEST_P(RealRuntime, HasTheDefaultCapabilities) {
  EXPECT_EQ(
      run("grep -E 'Cap(Eff|Inh|Amb)' /proc/self/status"),
      "CapInh:\t0000000000000000\nCapEff:\t00000000800405fb\nCapAmb:\t0000000000000000\n");
}

TEST_P(RealRuntime, GivesAnAddedCapabilityToAUser) {
  config_.process.user = "alice";
  config_.security.cap_add = {"net_admin"};
  EXPECT_EQ(run("grep -E 'Cap(Eff|Amb)' /proc/self/status"),
            "CapEff:\t0000000000001000\nCapAmb:\t0000000000001000\n");
}

TEST_P(RealRuntime, FiltersSystemCalls) {
  EXPECT_EQ(run("grep Seccomp: /proc/self/status; hostname x 2>&1 || true"),
            "Seccomp:\t2\nhostname: sethostname: Operation not permitted\n");
}

TEST_P(RealRuntime, IsUnconfinedWhenAsked) {
  config_.security.seccomp_profile = "unconfined";
  EXPECT_EQ(run("grep Seccomp: /proc/self/status"), "Seccomp:\t0\n");
}

TEST_P(RealRuntime, FollowsAProfileFile) {
  config_.security.seccomp_profile = (folder_ / "profile.json").string();
  write_file(config_.security.seccomp_profile, R"({"defaultAction":"SCMP_ACT_ALLOW",
    "syscalls":[{"names":["chmod","fchmodat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]})");
  EXPECT_EQ(run("touch /tmp/x; busybox chmod 700 /tmp/x 2>&1; grep Seccomp: /proc/self/status"),
            "chmod: /tmp/x: Operation not supported\nSeccomp:\t2\n");
}

TEST_P(RealRuntime, LimitsResources) {
  if (host_.cgroups == CgroupMode::kUnified) {
    GTEST_SKIP() << "reads the files of cgroup v1";
  }
  config_.resources.memory = 64 << 20;
  config_.resources.cpus = 0.5;
  config_.resources.pids_limit = 77;
  config_.cgroup.mode = "host";
  const std::string out =
      run("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max "
          "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  EXPECT_EQ(out, "67108864\n77\n50000\n");
}

TEST_P(RealRuntime, SetsUlimits) {
  config_.ulimits = {{"nofile", 100, 200}, {"core", 0, 0}};
  EXPECT_EQ(run("ulimit -Sn; ulimit -Hn; ulimit -c"), "100\n200\n0\n");
}

TEST_P(RealRuntime, MasksPathsAndKeepsOthersReadOnly) {
  EXPECT_EQ(run("cat /proc/keys; ls /sys/firmware; (echo 1 > /proc/sys/kernel/panic) "
                "2>/dev/null || echo ro"),
            "ro\n");
}

TEST_P(RealRuntime, UnmasksWhenAsked) {
  config_.security.unmask = {"ALL"};
  EXPECT_NE(run("cat /proc/timer_list || cat /proc/keys"), "");
}

TEST_P(RealRuntime, MountsWhatWasAsked) {
  write_file(folder_ / "file", "from outside\n");
  mounts_ = {
      {.source = (folder_ / "file").string(), .destination = "/data/f", .options = {"ro"}},
      {.source = "", .destination = "/scratch", .type = "tmpfs", .options = {"size=1m"}}};
  EXPECT_EQ(run("cat /data/f; (echo x > /data/f) 2>/dev/null || echo ro; echo y > /scratch/y; "
                "grep -c '/scratch tmpfs.*size=1024k' /proc/mounts"),
            "from outside\nro\n1\n");
}

TEST_P(RealRuntime, KeepsScratchSpaceWhenReadOnly) {
  config_.security.read_only = true;
  EXPECT_EQ(run("touch /x 2>/dev/null || echo ro; touch /tmp/x /run/x /var/tmp/x && echo rw"),
            "ro\nrw\n");
}

TEST_P(RealRuntime, RunsPrivileged) {
  config_.security.privileged = true;
  const std::string out = run(
      "grep Seccomp: /proc/self/status; ls /dev/kmsg; mount -t tmpfs x /tmp && echo mounted");
  EXPECT_EQ(out, "Seccomp:\t0\n/dev/kmsg\nmounted\n");
}

TEST_P(RealRuntime, PutsAnInitBeforeTheProgram) {
  try {
    (void)find_init_program("");
  } catch (const Error& e) {
    GTEST_SKIP() << e.what();
  }
  config_.process.init = true;
  EXPECT_EQ(run("cat /proc/1/comm"), "gantry-init\n");
}

TEST_P(RealRuntime, AddsADeviceWithItsRule) {
  config_.devices = {{"/dev/kmsg", "/dev/log2", "r"}};
  config_.security.cap_add = {"syslog"};
  // Opened and not read: a read fails once the kernel has dropped the line that is next.
  EXPECT_EQ(run("busybox true </dev/log2 && echo readable; "
                "(echo x > /dev/log2) 2>&1 || true"),
            "readable\n/bin/sh: can't create /dev/log2: Operation not permitted\n");
}

TEST_P(RealRuntime, SetsASysctlOfItsNamespace) {
  config_.sysctl = {{"net.ipv4.ip_forward", "1"}};
  EXPECT_EQ(run("cat /proc/sys/net/ipv4/ip_forward"), "1\n");
}

INSTANTIATE_TEST_SUITE_P(Runtimes, RealRuntime, testing::Values("crun", "runc"),
                         [](const auto& param) { return std::string(param.param); });

using CompiledSeccomp = RealRuntime;

TEST_P(CompiledSeccomp, IsInForceAndCached) {
  compiled_ = true;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(run("grep Seccomp: /proc/self/status; hostname x 2>&1; echo done"),
              "Seccomp:\t2\nhostname: sethostname: Operation not permitted\ndone\n");
    EXPECT_EQ(
        std::distance(fs::directory_iterator(folder_ / "cache"), fs::directory_iterator()), 1);
  }
}

TEST_P(CompiledSeccomp, HoldsForExecToo) {
  compiled_ = true;
  config_.process.command = {"/bin/sleep", "1000"};
  write_config();
  const CommandResult created =
      runtime({"run", "--detach", "--bundle", (folder_ / "bundle").string(), config_.id});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  EXPECT_EQ(runtime({"exec", config_.id, "/bin/grep", "Seccomp:", "/proc/self/status"}).out,
            "Seccomp:\t2\n");
}

INSTANTIATE_TEST_SUITE_P(Crun, CompiledSeccomp, testing::Values("crun"));

}  // namespace
}  // namespace gantry::spec
