// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/cgroup_usage.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {
namespace {

class UsageFolder : public ::testing::Test {
 protected:
  ~UsageFolder() override { remove_tree(folder_); }
  void put(const char* file, const char* text) const { write_file(folder_ / file, text); }
  std::filesystem::path folder_ =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-usage-XXXXXX");
};

TEST_F(UsageFolder, ReadsVersion2) {
  put("cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
  put("memory.current", "4096\n");
  put("memory.max", "8192\n");
  put("io.stat", "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n");
  put("pids.current", "3\n");
  const CgroupUsage usage = cgroup_usage({{"", folder_}});
  EXPECT_EQ(usage.cpu_ns, 1'500'000U);
  EXPECT_EQ(usage.memory, 4096U);
  EXPECT_EQ(usage.memory_limit, 8192U);
  EXPECT_EQ(usage.read_bytes, 11U);
  EXPECT_EQ(usage.written_bytes, 22U);
  EXPECT_EQ(usage.processes, 3U);
}

TEST_F(UsageFolder, ReadsVersion1) {
  put("cpuacct.usage", "77\n");
  put("memory.usage_in_bytes", "4096\n");
  put("memory.limit_in_bytes", "9223372036854771712\n");
  put("blkio.throttle.io_service_bytes", "8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30\n");
  put("pids.current", "2\n");
  const CgroupUsage usage = cgroup_usage(
      {{"cpuacct", folder_}, {"memory", folder_}, {"blkio", folder_}, {"pids", folder_}});
  EXPECT_EQ(usage.cpu_ns, 77U);
  EXPECT_LT(usage.memory_limit, 9223372036854771712U);  // the machine's own
  EXPECT_EQ(usage.read_bytes, 10U);
  EXPECT_EQ(usage.written_bytes, 20U);
  EXPECT_EQ(usage.processes, 2U);
}

}  // namespace
}  // namespace gantry::lifecycle
