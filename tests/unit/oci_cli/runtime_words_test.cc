// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/oci-crun/profile.h"
#include "plugins/oci-runc/profile.h"
#include "sdk/oci_cli/hybrid_cgroups.h"
#include "sdk/oci_cli/runtime_words.h"

namespace gantry::oci_cli {
namespace {

const Profile& runc() { return oci_runc::kProfile; }
const Profile& crun() { return oci_crun::kProfile; }

TEST(RuntimeWords, LoseTimeLevelAndNoise) {
  EXPECT_EQ(
      bare_message(
          runc(),
          R"({"level":"error","msg":"runc create failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory","time":"2026-01-01T00:00:00Z"})"),
      "exec: \"/nope\": stat /nope: no such file or directory");
  EXPECT_EQ(bare_message(runc(),
                         "time=\"2026-01-01T00:00:00Z\" level=error msg=\"container "
                         "\\\"x\\\" does not exist\"\n"),
            "container \"x\" does not exist");
  EXPECT_EQ(
      bare_message(crun(), "2026-01-01T00:00:00.123456Z: open executable: Permission denied\n"),
      "open executable: Permission denied");
  EXPECT_EQ(bare_message(crun(), "plain words\n"), "plain words");
  EXPECT_EQ(bare_message(crun(), ""), "");
}

TEST(RuntimeWords, ErrorsStandBeforeWarnings) {
  EXPECT_EQ(bare_message(
                runc(),
                "{\"level\":\"warning\",\"msg\":\"w\"}\n{\"level\":\"error\",\"msg\":\"e\"}\n"
                "{\"level\":\"error\",\"msg\":\"e\"}\n"),
            "e");
  EXPECT_EQ(bare_message(runc(), "{\"level\":\"warning\",\"msg\":\"w\"}\n"), "w");
}

TEST(RuntimeWords, MeanTheSameInBothLanguages) {
  const struct {
    const Profile& profile;
    const char* words;
    Meaning meaning;
  } kCases[] = {
      {runc(), "exec: \"nope\": executable file not found in $PATH", Meaning::kNoProgram},
      {runc(), "exec: \"/nope\": stat /nope: no such file or directory", Meaning::kNoProgram},
      {runc(), "exec: \"/etc/passwd\": permission denied", Meaning::kNotExecutable},
      {runc(), "container does not exist", Meaning::kNoContainer},
      {runc(), "container not running", Meaning::kEnded},
      {runc(), "cannot start a container that has stopped", Meaning::kWrongState},
      {runc(), "cannot start an already running container", Meaning::kWrongState},
      {runc(), "container with given ID already exists", Meaning::kExists},
      {runc(), "something new", Meaning::kUnknown},
      {crun(), "executable file `nope` not found in $PATH: No such file or directory",
       Meaning::kNoProgram},
      {crun(), "open executable: Permission denied", Meaning::kNotExecutable},
      {crun(), "error opening file `/run/x/status`: No such file or directory",
       Meaning::kNoContainer},
      {crun(), "cannot open directory '/run/x': No such file or directory",
       Meaning::kNoContainer},
      {crun(), "open pidfd: No such process", Meaning::kEnded},
      {crun(), "cannot open `/run/x/exec.fifo`: No such file or directory",
       Meaning::kWrongState},
      {crun(), "container `x` is not running", Meaning::kEnded},
      {crun(), "container `x` already exists", Meaning::kExists},
      {crun(), "unknown command checkpoint", Meaning::kUnsupported},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(meaning_of(each.profile, each.words), each.meaning) << each.words;
  }
}

TEST(HybridCgroups, AreVersionTwoBesideVersionOneWithAController) {
  const std::string info =
      "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw,relatime shared:1 master:2 - cgroup2 "
      "cgroup2 rw\n";
  const auto with = [](const char* text) {
    return [text](const std::string&) { return std::string(text); };
  };
  EXPECT_EQ(hybrid_cgroup_mounts(info, with("hugetlb\n")),
            std::vector<std::string>{"/sys/fs/cgroup/uni fied"});
  EXPECT_TRUE(hybrid_cgroup_mounts(info, with("\n")).empty());
  const std::string unified =
      "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n23 1 0:1 / /sys rw - sysfs sysfs "
      "rw\n";
  EXPECT_TRUE(hybrid_cgroup_mounts(unified, with("cpu memory\n")).empty());
}

}  // namespace
}  // namespace gantry::oci_cli
