// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/cgroup_folders.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

TEST(CgroupFolders, AreFoundOfBothVersions) {
  const auto folders = cgroup_folders(
      "4:cpu,cpuacct:/gantry/box\n1:memory:/gantry/box\n0::/unified\n",
      "30 1 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
      "31 1 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
      "32 1 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  EXPECT_EQ(folders.at("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct/gantry/box");
  EXPECT_EQ(folders.at("memory"), "/sys/fs/cgroup/memory/gantry/box");
  EXPECT_EQ(folders.at(""), "/sys/fs/cgroup/unified/unified");
}

}  // namespace
}  // namespace gantry
