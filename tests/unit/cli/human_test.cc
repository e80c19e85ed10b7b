// SPDX-License-Identifier: Apache-2.0
#include "cli/human.h"

#include <gtest/gtest.h>

namespace gantry::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string spent(std::int64_t seconds) {
  return human_duration(std::chrono::nanoseconds(seconds * kSecond));
}

TEST(Human, Sizes) {
  EXPECT_EQ(human_size(0), "0B");
  EXPECT_EQ(human_size(999), "999B");
  EXPECT_EQ(human_size(1987655), "1.99MB");
  EXPECT_EQ(human_size(1987655, " "), "1.99 MB");
  EXPECT_EQ(human_size(12'345'678'901), "12.3GB");
  EXPECT_EQ(human_binary_size(2'087'000'000), "1.944GiB");
}

TEST(Human, Durations) {
  EXPECT_EQ(spent(0), "Less than a second");
  EXPECT_EQ(spent(1), "1 second");
  EXPECT_EQ(spent(59), "59 seconds");
  EXPECT_EQ(spent(60), "About a minute");
  EXPECT_EQ(spent(60 * 3 + 5), "3 minutes");
  EXPECT_EQ(spent(3600), "About an hour");
  EXPECT_EQ(spent(3600 * 47), "47 hours");
  EXPECT_EQ(spent(3600 * 24 * 13), "13 days");
  EXPECT_EQ(spent(3600 * 24 * 20), "2 weeks");
  EXPECT_EQ(spent(3600 * 24 * 100), "3 months");
  EXPECT_EQ(spent(3600LL * 24 * 365 * 3), "3 years");
}

TEST(Human, Times) {
  EXPECT_EQ(::setenv("TZ", "UTC", 1), 0);
  ::tzset();
  EXPECT_EQ(rfc3339_nano(1'700'000'000'120'000'000), "2023-11-14T22:13:20.12Z");
  EXPECT_EQ(rfc3339_nano(0), "0001-01-01T00:00:00Z");
  EXPECT_EQ(go_time(1'700'000'000'000'000'000), "2023-11-14 22:13:20 +0000 UTC");
  EXPECT_EQ(go_time(0), "0001-01-01 00:00:00 +0000 UTC");
  EXPECT_EQ(unix_seconds(0), -62135596800);
}

TEST(Human, Status) {
  model::ContainerState state;
  EXPECT_EQ(human_status(state, 0), "Created");
  EXPECT_EQ(shown_state(state.status), "created");
  state.started_ns = 100 * kSecond;
  state.status = model::Status::kRunning;
  EXPECT_EQ(human_status(state, 105 * kSecond), "Up 5 seconds");
  state.status = model::Status::kPaused;
  EXPECT_EQ(human_status(state, 105 * kSecond), "Up 5 seconds (Paused)");
  state.status = model::Status::kExited;
  state.exit_code = 3;
  state.finished_ns = 110 * kSecond;
  EXPECT_EQ(human_status(state, 113 * kSecond), "Exited (3) 3 seconds ago");
}

TEST(Human, Ellipsis) {
  EXPECT_EQ(ellipsis("short", 17), "short");
  EXPECT_EQ(ellipsis("a rather long command line", 17), "a rather long ...");
}

}  // namespace
}  // namespace gantry::cli
