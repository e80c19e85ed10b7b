// SPDX-License-Identifier: Apache-2.0
#include "core/events/event_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "sdk/support/files.h"

namespace gantry::events {
namespace {

using ::testing::ElementsAre;

class EventLogTest : public ::testing::Test {
 protected:
  ~EventLogTest() override { remove_tree(folder_); }
  std::filesystem::path path() const { return folder_ / "events.log"; }
  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-events-test-XXXXXX");
};

Event event(const std::string& name, std::int64_t time_ns = 0) {
  Event result;
  result.time_ns = time_ns;
  result.type = "container";
  result.action = "start";
  result.id = "0123456789abcdef";
  result.name = name;
  return result;
}

std::vector<std::string> names(const EventLog& log, const ReadOptions& options = {}) {
  std::vector<std::string> result;
  log.read(options, [&](const Event& e) {
    result.push_back(e.name);
    return true;
  });
  return result;
}

TEST_F(EventLogTest, KeepsWhatWasWritten) {
  const EventLog log(folder_ / "deep" / "events.log");
  EXPECT_THAT(names(log), ElementsAre());
  Event full = event("full", 5);
  full.image = "docker.io/library/busybox:latest";
  full.attributes = {{"containerExitCode", "3"}, {"label", "a\nb\"c\xff"}};
  log.append(full);
  log.append(event("now"));
  std::vector<Event> read;
  log.read({}, [&](const Event& e) {
    read.push_back(e);
    return true;
  });
  ASSERT_EQ(read.size(), 2U);
  full.attributes["label"] = "a\nb\"c\uFFFD";
  EXPECT_EQ(read[0], full);
  EXPECT_GT(read[1].time_ns, 1'600'000'000'000'000'000);
}

TEST_F(EventLogTest, ChoosesByTimeAndFilter) {
  const EventLog log(path());
  for (int i = 1; i <= 5; ++i) {
    log.append(event("c" + std::to_string(i), i));
  }
  EXPECT_THAT(names(log, {.since_ns = 2, .until_ns = 4}), ElementsAre("c2", "c3", "c4"));
  ReadOptions options;
  options.filter.add("container=c1");
  options.filter.add("container=c5");
  EXPECT_THAT(names(log, options), ElementsAre("c1", "c5"));
  options.filter.add("event=stop");
  EXPECT_THAT(names(log, options), ElementsAre());
}

TEST_F(EventLogTest, PassesOverTornLines) {
  const EventLog log(path());
  log.append(event("a"));
  write_file(path(), read_file(path()) + "{\"time\": 3, \"ty\n[]\n\n");
  log.append(event("b"));
  EXPECT_THAT(names(log), ElementsAre("a", "b"));
}

TEST_F(EventLogTest, ATornLineTakesNoOtherWithIt) {
  const EventLog log(path());
  log.append(event("a"));
  write_file(path(), read_file(path()) + "{\"time\": 3, \"ty");
  log.append(event("b"));
  EXPECT_THAT(names(log), ElementsAre("a", "b"));
}

TEST_F(EventLogTest, StopsWhenToldTo) {
  const EventLog log(path());
  log.append(event("a"));
  log.append(event("b"));
  int seen = 0;
  log.read({}, [&](const Event&) { return ++seen < 1; });
  EXPECT_EQ(seen, 1);
}

TEST_F(EventLogTest, LosesNoLineOfConcurrentWriters) {
  constexpr int kWriters = 4;
  constexpr int kEach = 300;
  std::vector<std::jthread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      // Half of everything fits into each generation: rotation happens, nothing is dropped.
      const EventLog log(path(), 70'000);
      for (int i = 0; i < kEach; ++i) {
        log.append(event(std::to_string(w) + "-" + std::to_string(i)));
      }
    });
  }
  writers.clear();
  ASSERT_TRUE(gantry::exists(path().string() + ".1"));
  const std::vector<std::string> read = names(EventLog(path()));
  EXPECT_EQ(read.size(), static_cast<std::size_t>(kWriters * kEach));
  EXPECT_EQ(std::set<std::string>(read.begin(), read.end()).size(), read.size());
}

TEST_F(EventLogTest, FollowsAcrossRotation) {
  constexpr int kEvents = 2000;
  std::atomic<int> seen = 0;
  std::vector<std::string> followed;
  std::jthread reader([&] {
    ReadOptions options;
    options.follow = true;
    EventLog(path()).read(options, [&](const Event& e) {
      followed.push_back(e.name);
      seen = static_cast<int>(followed.size());
      return e.name != std::to_string(kEvents - 1);
    });
  });
  const EventLog log(path(), 20'000);
  for (int i = 0; i < kEvents; ++i) {
    log.append(event(std::to_string(i)));
    // A reader slower than two rotations would lose what was dropped meanwhile.
    while (seen < i - 100) {
      std::this_thread::yield();
    }
  }
  reader.join();
  ASSERT_EQ(followed.size(), static_cast<std::size_t>(kEvents));
  for (int i = 0; i < kEvents; ++i) {
    EXPECT_EQ(followed[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

TEST_F(EventLogTest, WaitsForNobodyToRotate) {
  const EventLog log(path(), 150);
  log.append(event("first"));
  {
    const UniqueFd stopped = open_file(path(), O_RDONLY);  // in the middle of its append
    ASSERT_EQ(::flock(stopped.get(), LOCK_SH), 0);
    log.append(event("second"));
    log.append(event("third"));
    EXPECT_FALSE(gantry::exists(path().string() + ".1"));
  }
  log.append(event("fourth"));
  EXPECT_TRUE(gantry::exists(path().string() + ".1"));
  EXPECT_THAT(names(log), ElementsAre("first", "second", "third", "fourth"));
}

TEST_F(EventLogTest, FollowsUntilAnHour) {
  const EventLog log(path());
  log.append(event("a"));
  ReadOptions options;
  options.follow = true;
  options.until_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          (std::chrono::system_clock::now() + std::chrono::milliseconds(50)).time_since_epoch())
          .count();
  EXPECT_THAT(names(log, options), ElementsAre("a"));
}

TEST(EventFilterTest, SpeaksPodmansLanguage) {
  Event image = event("docker.io/library/busybox:latest");
  image.type = "image";
  image.action = "pull";
  image.attributes = {{"team", "blue"}};
  const auto matches = [](const Event& e, const std::string& filter) {
    EventFilter f;
    f.add(filter);
    return f.matches(e);
  };
  EXPECT_TRUE(matches(image, "image=docker.io/library/busybox:latest"));
  EXPECT_TRUE(matches(image, "image=01234"));
  EXPECT_FALSE(matches(image, "container=01234"));
  EXPECT_TRUE(matches(image, "TYPE=image"));
  EXPECT_TRUE(matches(image, "status=pull"));
  EXPECT_TRUE(matches(image, "label=team"));
  EXPECT_TRUE(matches(image, "label=team=blue"));
  EXPECT_FALSE(matches(image, "label=team=red"));
  EXPECT_FALSE(matches(image, "volume=doc"));
  for (const char* wrong : {"pod=x", "container", "", "=x"}) {
    EXPECT_THROW((void)matches(image, wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace gantry::events
