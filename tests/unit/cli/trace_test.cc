// SPDX-License-Identifier: Apache-2.0
#include "cli/trace.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::cli {
namespace {

class TraceFileTest : public ::testing::Test {
 protected:
  ~TraceFileTest() override { remove_tree(folder_); }

  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-trace-XXXXXX");
  std::filesystem::path path_ = folder_ / "trace.json";
};

TEST_F(TraceFileTest, HoldsTheProcessAndEachSpan) {
  {
    const TraceFile file(path_, "gantry run");
    const trace::Span outer(trace::Kind::kVerb, "gantry run");
    const trace::Span inner(trace::Kind::kStep, "mount \"rootfs\"");
  }
  EXPECT_FALSE(trace::on());
  const Json events = parse_json(read_file(path_), "the trace");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].at("ph"), "M");
  EXPECT_EQ(events[0].at("args").at("name"), "gantry run");
  EXPECT_EQ(events[1].at("name"), "mount \"rootfs\"");
  EXPECT_EQ(events[1].at("cat"), "step");
  EXPECT_EQ(events[2].at("cat"), "verb");
  for (const Json& event : {events[1], events[2]}) {
    EXPECT_EQ(event.at("ph"), "X");
    EXPECT_EQ(event.at("pid"), ::getpid());
    EXPECT_GE(event.at("ts").get<double>(), 0);
    EXPECT_GE(event.at("dur").get<double>(), 0);
  }
}

TEST_F(TraceFileTest, AFileThatCannotBeWrittenIsToldAtOnce) {
  EXPECT_THROW(TraceFile(folder_ / "none/such", "gantry"), Error);
  EXPECT_FALSE(trace::on());
}

}  // namespace
}  // namespace gantry::cli
