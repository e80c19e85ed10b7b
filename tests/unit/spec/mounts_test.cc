// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/spec/mount_options.h"
#include "tests/unit/spec/fixtures.h"

namespace gantry::spec {
namespace {

using Options = std::vector<std::string>;

TEST(Mounts, DefaultsAreThoseOfPodman) {
  Fixture f;
  const Json spec = f.build();
  EXPECT_EQ(spec["mounts"].size(), 6U);
  EXPECT_EQ(mount_at(spec, "/proc")["options"], Json({"nosuid", "noexec", "nodev"}));
  EXPECT_EQ(mount_at(spec, "/sys")["options"], Json({"nosuid", "noexec", "nodev", "ro"}));
  EXPECT_EQ(mount_at(spec, "/dev")["options"],
            Json({"nosuid", "noexec", "strictatime", "mode=755", "size=65536k"}));
  EXPECT_EQ(mount_at(spec, "/dev/pts")["options"],
            Json({"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}));
  EXPECT_EQ(mount_at(spec, "/sys/fs/cgroup")["options"],
            Json({"rprivate", "nosuid", "noexec", "nodev", "relatime", "ro"}));
  EXPECT_FALSE(mount_at(spec, "/dev/mqueue").is_null());
}

TEST(Mounts, StandBelowWhatTheyAreMountedOn) {
  Fixture f;
  f.mounts = {{.source = "/a", .destination = "/x/y/z"}, {.source = "/b", .destination = "/x"}};
  const Json mounts = f.build()["mounts"];
  std::ptrdiff_t last = 0;
  for (const Json& mount : mounts) {
    const std::string path = mount["destination"];
    const std::ptrdiff_t depth = std::count(path.begin(), path.end(), '/');
    EXPECT_LE(last, depth);
    last = depth;
  }
}

TEST(Mounts, OfTheUserOverrideOthersAndWhatLiesBelow) {
  Fixture f;
  f.files = {{"/etc/hosts", "/run/hosts"}, {"/dev/shm", "/run/shm"}};
  f.mounts = {{.source = "/mine", .destination = "/etc/hosts"},
              {.source = "/dev", .destination = "/dev"}};
  const Json spec = f.build();
  EXPECT_EQ(mount_at(spec, "/etc/hosts")["source"], "/mine");
  EXPECT_EQ(mount_at(spec, "/dev")["type"], "bind");
  EXPECT_TRUE(mount_at(spec, "/dev/pts").is_null());
  EXPECT_EQ(mount_at(spec, "/dev/shm")["source"], "/run/shm");
}

TEST(Mounts, FilesAreReadOnlyWithTheRoot) {
  Fixture f;
  f.files = {{"/etc/hosts", "/run/hosts"}, {"/dev/shm", "/run/shm"}};
  EXPECT_EQ(mount_at(f.build(), "/etc/hosts")["options"], Json({"bind", "rprivate"}));
  f.config.security.read_only = true;
  const Json spec = f.build();
  EXPECT_EQ(spec["root"]["readonly"], true);
  EXPECT_TRUE(contains(mount_at(spec, "/etc/hosts")["options"], "ro"));
  EXPECT_FALSE(contains(mount_at(spec, "/dev/shm")["options"], "ro"));
  EXPECT_EQ(mount_at(spec, "/var/tmp")["type"], "tmpfs");
  f.config.security.read_only_tmpfs = false;
  EXPECT_TRUE(mount_at(f.build(), "/var/tmp").is_null());
}

TEST(Mounts, OptionsGetPodmansDefaults) {
  const auto options = [](ResolvedMount mount) { return runtime_options(mount); };
  EXPECT_EQ(options({.options = {"ro"}}), (Options{"ro", "rprivate", "rbind"}));
  EXPECT_EQ(options({.options = {"rw", "exec", "z"}}),
            (Options{"rw", "exec", "rprivate", "rbind"}));
  EXPECT_EQ(options({.volume = true}), (Options{"rw", "rprivate", "nosuid", "nodev", "rbind"}));
  EXPECT_EQ(options({.type = "tmpfs", .options = {"size=1m"}}),
            (Options{"size=1m", "rw", "rprivate", "nosuid", "nodev", "tmpcopyup"}));
  EXPECT_EQ(options({.type = "tmpfs", .options = {"ro", "notmpcopyup", "suid"}}),
            (Options{"ro", "suid", "rprivate", "nodev"}));
}

TEST(Mounts, RefusesOptionsItDoesNotKnow) {
  Fixture f;
  for (const Options& bad : {Options{"foo"}, Options{"ro", "rw"}, Options{"size=1m"}}) {
    f.mounts = {{.source = "/a", .destination = "/b", .options = bad}};
    EXPECT_THROW((void)f.build(), Error) << bad.front();
  }
  f.mounts = {{.source = "/a", .destination = "b"}};
  EXPECT_THROW((void)f.build(), Error);
}

TEST(Mounts, PropagationNeedsARootThatPropagates) {
  Fixture f;
  EXPECT_FALSE(f.build()["linux"].contains("rootfsPropagation"));
  f.mounts = {{.source = "/a", .destination = "/b", .options = {"rslave"}}};
  EXPECT_EQ(f.build()["linux"]["rootfsPropagation"], "rslave");
  f.mounts.push_back({.source = "/a", .destination = "/c", .options = {"rshared"}});
  EXPECT_EQ(f.build()["linux"]["rootfsPropagation"], "shared");
}

TEST(Mounts, AUserNamespaceMapsTheTerminalGroupOnlyIfItHasIt) {
  Fixture f;
  SpecInput input = f.input();
  input.mapping.uids = input.mapping.gids = {{0, 100000, 5}};
  const Json spec = build(input);
  EXPECT_FALSE(contains(mount_at(spec, "/dev/pts")["options"], "gid=5"));
  EXPECT_EQ(spec["linux"]["uidMappings"][0]["hostID"], 100000);
  f.config.network.mode = model::NetworkMode::kHost;
  EXPECT_EQ(mount_at(build(input), "/sys")["type"], "bind");
}

TEST(Mounts, HostIpcSharesTheHostsMemory) {
  Fixture f;
  f.config.ipc.mode = "host";
  EXPECT_EQ(mount_at(f.build(), "/dev/shm")["source"], "/dev/shm");
}

}  // namespace
}  // namespace gantry::spec
