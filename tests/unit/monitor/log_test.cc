// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "core/monitor/log_file.h"
#include "core/monitor/log_reader.h"
#include "core/monitor/log_record.h"
#include "sdk/support/files.h"

namespace gantry::monitor {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kSecond = 1'000'000'000;

std::string line(int second, const std::string& rest) {
  return "2023-11-14T22:13:" + std::to_string(20 + second) + ".000000001+00:00 " + rest + "\n";
}

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { remove_tree(folder_); }
  std::string path(const std::string& name = "log") const { return folder_ / name; }
  void append(const std::string& text, const std::string& name = "log") const {
    const UniqueFd fd = open_file(path(name), O_WRONLY | O_APPEND | O_CREAT, 0600);
    write_all(fd.get(), text, name);
  }
  // As conmon begins anew at its size limit.
  void replace(const std::string& text) const {
    write_file(path() + ".tmp", text);
    std::filesystem::rename(path() + ".tmp", path());
  }
  std::vector<std::string> texts(const LogOptions& options = {},
                                 const std::vector<LogSource>& sources = {}) const {
    std::vector<std::string> result;
    read_logs(sources.empty() ? std::vector<LogSource>{{path()}} : sources, options,
              [&](std::size_t index, const LogRecord& record) {
                result.push_back((index > 0 ? std::to_string(index) + ":" : "") +
                                 (record.from_stderr ? "!" : "") + record.text +
                                 (record.partial ? "…" : ""));
                return true;
              });
    return result;
  }
  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-log-test-XXXXXX");
};

TEST(LogRecordTest, ReadsConmonsForm) {
  const LogRecord record =
      parse_log_line("2023-11-14T23:13:20.123456789+01:00 stderr F hello  world ");
  EXPECT_EQ(record.time_ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(record.time_text, "2023-11-14T23:13:20.123456789+01:00");
  EXPECT_TRUE(record.from_stderr);
  EXPECT_FALSE(record.partial);
  EXPECT_EQ(record.text, "hello  world ");
  EXPECT_TRUE(parse_log_line("2023-11-14T22:13:20Z stdout P x").partial);
  EXPECT_EQ(parse_log_line("2023-11-14T17:43:20.5-04:30 stdout F ").time_ns,
            1'700'000'000 * kSecond + kSecond / 2);
}

TEST(LogRecordTest, ReadsDockersForm) {
  const LogRecord record = parse_log_line(
      R"({"log":"a\tb\n","stream":"stderr","time":"2023-11-14T22:13:20.000000001Z"})");
  EXPECT_EQ(record.time_ns, 1'700'000'000 * kSecond + 1);
  EXPECT_TRUE(record.from_stderr);
  EXPECT_FALSE(record.partial);
  EXPECT_EQ(record.text, "a\tb");
  EXPECT_TRUE(parse_log_line(R"({"log":"a"})").partial);
}

TEST(LogRecordTest, ShowsWhatItCannotRead) {
  for (const char* text : {"", "hello", "{\"log\": 3}", "{", "2023-11-14T22:13:20Z stdout X y",
                           "2023-13-14T22:13:20Z stdout F y", "2023-11-14T22:13:20Z stdxxx F y",
                           "2023-11-14T22:13:20Z stdout F"}) {
    const LogRecord record = parse_log_line(text);
    EXPECT_EQ(record.text, text);
    EXPECT_EQ(record.time_ns, 0);
    EXPECT_FALSE(record.partial);
  }
}

TEST_F(LogTest, JoinsPartsByStream) {
  append(line(0, "stdout P on") + line(1, "stderr P er") + line(2, "stdout F e") +
         line(3, "stderr F r") + line(4, "stdout P unended"));
  EXPECT_THAT(texts(), ElementsAre("one", "!err", "unended…"));
}

TEST_F(LogTest, AnswersNothingOfNoFile) { EXPECT_THAT(texts(), ElementsAre()); }

TEST_F(LogTest, AnswersTheTail) {
  append(line(0, "stdout F a") + line(1, "stdout P b") + line(2, "stdout F b") +
         line(3, "stdout F c"));
  EXPECT_THAT(texts({.tail = 0}), ElementsAre());
  EXPECT_THAT(texts({.tail = 1}), ElementsAre("c"));
  EXPECT_THAT(texts({.tail = 2}), ElementsAre("bb", "c"));
  EXPECT_THAT(texts({.tail = 3}), ElementsAre("a", "bb", "c"));
  EXPECT_THAT(texts({.tail = 9}), ElementsAre("a", "bb", "c"));
  append(line(4, "stdout P d") + line(5, "stdout P e"));
  EXPECT_THAT(texts({.tail = 1}), ElementsAre("de…"));
  EXPECT_THAT(texts({.tail = 2}), ElementsAre("c", "de…"));
}

TEST_F(LogTest, AnswersTheTailOfALongFile) {
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += line(i % 30, "stdout F " + std::to_string(i));
  }
  append(text);
  const auto last = texts({.tail = 12345});
  ASSERT_EQ(last.size(), 12345U);
  EXPECT_EQ(last.front(), std::to_string(20000 - 12345));
  EXPECT_EQ(last.back(), "19999");
  append(line(0, "stdout F " + std::string(200'000, 'x')));
  EXPECT_THAT(texts({.tail = 1}), ElementsAre(std::string(200'000, 'x')));
}

TEST_F(LogTest, ChoosesByTime) {
  for (int i = 0; i < 5; ++i) {
    append(line(i, "stdout F " + std::to_string(i)));
  }
  const std::int64_t zero = 1'700'000'000 * kSecond + 1;
  EXPECT_THAT(texts({.since_ns = zero + kSecond, .until_ns = zero + 3 * kSecond}),
              ElementsAre("1", "2", "3"));
}

TEST_F(LogTest, MergesSeveralByTime) {
  append(line(0, "stdout F a") + line(3, "stdout F d"), "x");
  append(line(1, "stdout F b") + line(2, "stdout F c") + line(4, "stdout F e"), "y");
  EXPECT_THAT(texts({}, {{path("x")}, {path("y")}}),
              ElementsAre("a", "1:b", "1:c", "d", "1:e"));
}

TEST_F(LogTest, ReadsOnAcrossAReplacement) {
  append(line(0, "stdout F a"));
  LogFile file(path(), std::nullopt);
  EXPECT_EQ(file.next()->text, "a");
  EXPECT_FALSE(file.next());
  append(line(1, "stdout F b") + line(2, "stdout P c"));
  replace(line(3, "stdout F d") + line(4, "stdout F e"));
  EXPECT_EQ(file.next()->text, "b");
  EXPECT_EQ(file.next()->text, "cd");
  EXPECT_EQ(file.next()->text, "e");
  EXPECT_FALSE(file.next());
  // Cut in place, as an administrator's logrotate does.
  std::filesystem::resize_file(path(), 0);
  EXPECT_FALSE(file.next());
  append(line(5, "stdout F f"));
  EXPECT_EQ(file.next()->text, "f");
}

TEST_F(LogTest, FollowsToTheEnd) {
  const std::string exits = folder_ / "exits";
  make_directories(exits);
  make_directories(folder_ / "ctr");
  std::vector<std::string> seen;
  std::jthread reader([&] {
    seen = texts({.follow = true}, {{path("ctr/log"), ports::ExitSource{"id", exits}}});
  });
  append(line(0, "stdout F a"), "ctr/log");
  std::this_thread::yield();
  append(line(1, "stdout F b"), "ctr/log");
  append(line(2, "stdout P c"), "ctr/log");
  write_file(exits + "/id", "0");
  reader.join();
  EXPECT_THAT(seen, ElementsAre("a", "b", "c…"));
}

TEST_F(LogTest, FollowsUntilATime) {
  const std::string exits = folder_ / "exits";
  make_directories(exits);
  append(line(0, "stdout F a"));
  const auto until = std::chrono::system_clock::now() + std::chrono::milliseconds(50);
  LogOptions options;
  options.follow = true;
  options.until_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(until.time_since_epoch()).count();
  EXPECT_THAT(texts(options, {{path(), ports::ExitSource{"id", exits}}}), ElementsAre("a"));
}

}  // namespace
}  // namespace gantry::monitor
