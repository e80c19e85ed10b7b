// SPDX-License-Identifier: Apache-2.0
#include "core/health/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "sdk/support/files.h"

namespace gantry::health {
namespace {

using testing::ElementsAre;

model::HealthConfig config(std::vector<std::string> test) {
  model::HealthConfig health;
  health.test = std::move(test);
  health.retries = 2;
  health.start_period_ns = 100;
  return health;
}

Check check(std::int64_t when, int code) { return {when, when + 1, code, "said"}; }

TEST(HealthRecord, CommandOfEachForm) {
  EXPECT_THAT(argv_of({"CMD", "a", "b"}), ElementsAre("a", "b"));
  EXPECT_THAT(argv_of({"CMD-SHELL", "a b"}), ElementsAre("sh", "-c", "a b"));
  EXPECT_THAT(argv_of({"a", "b"}), ElementsAre("a", "b"));
  EXPECT_FALSE(has_check(config({"NONE"})));
  EXPECT_FALSE(has_check(config({})));
  EXPECT_THROW((void)argv_of({}), Error);
}

TEST(HealthRecord, FailuresCountAfterTheStartPeriod) {
  const model::HealthConfig health = config({"CMD", "x"});
  Record record;
  apply(record, health, 1000, check(1050, 1));
  EXPECT_EQ(record.failing_streak, 0);
  apply(record, health, 1000, check(1100, 1));
  EXPECT_EQ(record.failing_streak, 1);
  EXPECT_EQ(record.status, "starting");
  apply(record, health, 1000, check(1200, -1));
  EXPECT_EQ(record.status, "unhealthy");
  apply(record, health, 1000, check(1300, 0));
  EXPECT_EQ(record.status, "healthy");
  EXPECT_EQ(record.failing_streak, 0);
}

TEST(HealthRecord, AStartPeriodWithoutEndIsNotOver) {
  model::HealthConfig health = config({"CMD", "x"});
  health.start_period_ns = std::numeric_limits<std::int64_t>::max();
  Record record;
  apply(record, health, 1000, check(1050, 1));
  EXPECT_EQ(record.failing_streak, 0);
}

TEST(HealthRecord, SuccessInTheStartPeriodIsHealthy) {
  Record record;
  apply(record, config({"CMD", "x"}), 1000, check(1001, 0));
  EXPECT_EQ(record.status, "healthy");
}

TEST(HealthRecord, KeepsTheLastFiveAndTheBeginningOfOutput) {
  Record record;
  for (int i = 0; i < 7; ++i) {
    Check one = check(i, 0);
    one.output.assign(2000, 'x');
    apply(record, config({"CMD", "x"}), 0, one);
  }
  ASSERT_EQ(record.log.size(), 5U);
  EXPECT_EQ(record.log.front().start_ns, 2);
  EXPECT_EQ(record.log.back().output.size(), kOutputLimit);
}

TEST(HealthRecord, StartsUpAfterSuccessesInARow) {
  model::HealthConfig health = config({"CMD", "x"});
  Record record;
  EXPECT_FALSE(is_starting_up(record, health));
  health.startup.test = {"CMD", "y"};
  health.startup.successes = 2;
  EXPECT_TRUE(is_starting_up(record, health));
  for (const int code : {0, 1, 0}) {
    EXPECT_FALSE(apply_startup(record, health.startup, check(1, code)));
    EXPECT_TRUE(is_starting_up(record, health));
  }
  EXPECT_FALSE(apply_startup(record, health.startup, check(2, 0)));
  EXPECT_FALSE(is_starting_up(record, health));
  EXPECT_EQ(record.status, "starting");
  EXPECT_EQ(record.log.size(), 4U);
}

TEST(HealthRecord, GivesUpStartingAfterFailuresInARow) {
  model::StartupCheck startup;
  Record record;
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(apply_startup(record, startup, check(1, 1)));
  }
  startup.retries = 10;
  EXPECT_TRUE(apply_startup(record, startup, check(1, 1)));
  EXPECT_FALSE(apply_startup(record, startup, check(1, 0)));
  EXPECT_TRUE(record.started);
}

TEST(HealthRecord, AnIntervalOfNothingLeavesChecksToTheUser) {
  model::HealthConfig health = config({"CMD", "x"});
  Record record;
  EXPECT_TRUE(checks_by_itself(record, health));
  health.startup.test = {"CMD", "y"};
  EXPECT_TRUE(checks_by_itself(record, health));
  health.startup.interval_ns = 0;
  EXPECT_FALSE(checks_by_itself(record, health));
  EXPECT_FALSE(apply_startup(record, health.startup, check(1, 0)));
  EXPECT_TRUE(checks_by_itself(record, health));
  health.interval_ns = 0;
  EXPECT_FALSE(checks_by_itself(record, health));
}

TEST(HealthRecord, SurvivesItsFile) {
  const auto folder =
      make_temp_directory(std::filesystem::temp_directory_path() / "gantry-health-XXXXXX");
  const auto file = folder / "health.json";
  EXPECT_FALSE(read_record(file));
  Record record;
  record.started = true;
  apply(record, config({"CMD", "x"}), 0, {5, 6, 3, "bytes \xff"});
  write_record(file, record);
  const auto read = read_record(file);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->log.at(0).exit_code, 3);
  EXPECT_TRUE(read->started);
  write_file(file, "{}");
  EXPECT_THROW((void)read_record(file), Error);
  remove_tree(folder);
}

}  // namespace
}  // namespace gantry::health
