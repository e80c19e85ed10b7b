// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/options.h"

namespace gantry::cli {
namespace {

using enum ValueKind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Option kOwn[] = {
    {.name = "all", .letter = 'a', .kind = kFlag},
    {.name = "cpus", .kind = kFloat},
    {.name = "env", .letter = 'e', .kind = kArray},
    {.name = "hostname", .letter = 'h'},
    {.name = "interactive", .letter = 'i', .kind = kFlag},
    {.name = "label", .letter = 'l', .kind = kStrings},
    {.name = "memory", .letter = 'm', .kind = kSize},
    {.name = "name"},
    {.name = "network", .kind = kArray, .alias = "net"},
    {.name = "publish", .letter = 'p', .kind = kStrings},
    {.name = "sig-proxy", .kind = kFlag, .fallback = "true"},
    {.name = "stop-timeout", .kind = kUint, .fallback = "10"},
    {.name = "tail", .kind = kInt, .fallback = "-1"},
    {.name = "tty", .letter = 't', .kind = kFlag},
    {.name = "wait", .kind = kDuration},
};
constexpr Option kPlain[] = {{.name = "all", .letter = 'a', .kind = kFlag}};
constexpr Option kGlobal[] = {{.name = "root"}, {.name = "name", .help = "hidden by the own"}};

ParsedLine parse(const std::vector<std::string>& words,
                 Interspersed interspersed = Interspersed::kYes) {
  return parse_line(words, {kOwn, kGlobal}, interspersed);
}

std::string mistake(const std::vector<std::string>& words) {
  try {
    (void)parse(words);
  } catch (const UsageError& error) {
    return error.help_requested() ? "HELP" : error.what();
  }
  return "no mistake";
}

TEST(ParseLine, TakesLongOptionsWithNextWordOrEquals) {
  const ParsedLine line = parse({"--name", "a", "--cpus=1.5", "--memory=64m"});
  EXPECT_EQ(line.options.text("name"), "a");
  EXPECT_DOUBLE_EQ(line.options.real("cpus"), 1.5);
  EXPECT_EQ(line.options.size("memory"), 64 << 20);
  EXPECT_THAT(line.arguments, IsEmpty());
}

TEST(ParseLine, TakesWordsThatLookLikeOptionsAsValues) {
  const ParsedLine line = parse({"--name", "--all", "-e", "-x", "--label", "--"});
  EXPECT_EQ(line.options.text("name"), "--all");
  EXPECT_THAT(line.options.list("env"), ElementsAre("-x"));
  EXPECT_THAT(line.options.list("label"), ElementsAre("--"));
  EXPECT_FALSE(line.options.flag("all"));
}

TEST(ParseLine, ReadsFlags) {
  EXPECT_TRUE(parse({"--all"}).options.flag("all"));
  EXPECT_TRUE(parse({"--all=true"}).options.flag("all"));
  EXPECT_TRUE(parse({"-a=1"}).options.flag("all"));
  EXPECT_FALSE(parse({"--all", "--all=false"}).options.flag("all"));
  EXPECT_FALSE(parse({"--sig-proxy=F"}).options.flag("sig-proxy"));
  EXPECT_TRUE(parse({}).options.flag("sig-proxy"));
}

TEST(ParseLine, NeverTakesTheNextWordForAFlag) {
  const ParsedLine line = parse({"--all", "false"});
  EXPECT_TRUE(line.options.flag("all"));
  EXPECT_THAT(line.arguments, ElementsAre("false"));
}

TEST(ParseLine, ReadsClustersOfLetters) {
  const ParsedLine line = parse({"-itp8080:80", "-ap", "81:81", "-itm=32m"});
  EXPECT_TRUE(line.options.flag("interactive"));
  EXPECT_TRUE(line.options.flag("tty"));
  EXPECT_TRUE(line.options.flag("all"));
  EXPECT_THAT(line.options.list("publish"), ElementsAre("8080:80", "81:81"));
  EXPECT_EQ(line.options.size("memory"), 32 << 20);
}

TEST(ParseLine, LetterWithValueTakesTheRestOfItsWord) {
  EXPECT_THAT(parse({"-eA=b"}).options.list("env"), ElementsAre("A=b"));
  EXPECT_THAT(parse({"-e=A"}).options.list("env"), ElementsAre("A"));
  EXPECT_THAT(parse({"-pit"}).options.list("publish"), ElementsAre("it"));
}

TEST(ParseLine, MixesOptionsAndArgumentsWhenInterspersed) {
  const ParsedLine line = parse({"one", "--all", "two", "-t", "three"});
  EXPECT_THAT(line.arguments, ElementsAre("one", "two", "three"));
  EXPECT_TRUE(line.options.flag("all"));
  EXPECT_TRUE(line.options.flag("tty"));
}

TEST(ParseLine, StopsAtTheFirstArgumentWhenNot) {
  const ParsedLine line =
      parse({"--all", "image", "ls", "--name", "-x", "--", "--unknown"}, Interspersed::kNo);
  EXPECT_THAT(line.arguments, ElementsAre("image", "ls", "--name", "-x", "--", "--unknown"));
  EXPECT_FALSE(line.options.given("name"));
  EXPECT_FALSE(line.dashed);
}

TEST(ParseLine, DoubleDashEndsOptions) {
  for (const Interspersed rule : {Interspersed::kYes, Interspersed::kNo}) {
    const ParsedLine line = parse({"-a", "--", "--name", "-t", "--"}, rule);
    EXPECT_THAT(line.arguments, ElementsAre("--name", "-t", "--"));
    EXPECT_TRUE(line.dashed);
    EXPECT_FALSE(line.options.flag("tty"));
  }
}

TEST(ParseLine, TakesASingleDashAndEmptyWordsAsArguments) {
  EXPECT_THAT(parse({"-", "", "--name", ""}).arguments, ElementsAre("-", ""));
  EXPECT_TRUE(parse({"--name", ""}).options.given("name"));
  EXPECT_EQ(parse({"--name="}).options.text("name"), "");
}

TEST(ParseLine, LastValueCountsAndListsGather) {
  const ParsedLine line =
      parse({"--name", "a", "--name=b", "-e", "A=1,2", "-e", "B", "-l", "x,y", "-l", "z"});
  EXPECT_EQ(line.options.text("name"), "b");
  EXPECT_THAT(line.options.list("env"), ElementsAre("A=1,2", "B"));
  EXPECT_THAT(line.options.list("label"), ElementsAre("x", "y", "z"));
}

TEST(ParseLine, SplitsListsAsCsv) {
  EXPECT_THAT(parse({"-l", "\"a,b\",c"}).options.list("label"), ElementsAre("a,b", "c"));
  EXPECT_EQ(
      mistake({"-l", "\"a"}),
      "invalid argument \"\"a\" for \"-l, --label\" flag: a stray double quote in the list");
}

TEST(ParseLine, FallsBackToTheTable) {
  const Options options = parse({}).options;
  EXPECT_EQ(options.count("stop-timeout"), 10U);
  EXPECT_EQ(options.integer("tail"), -1);
  EXPECT_EQ(options.text("name"), "");
  EXPECT_THAT(options.list("env"), IsEmpty());
  EXPECT_FALSE(options.given("stop-timeout"));
}

TEST(ParseLine, FindsAliases) {
  const Options options = parse({"--net", "host", "--network", "none"}).options;
  EXPECT_THAT(options.list("network"), ElementsAre("host", "none"));
}

TEST(ParseLine, OwnOptionsHideGlobalOnes) {
  EXPECT_EQ(parse({"--name", "a", "--root=/x"}).options.text("name"), "a");
  EXPECT_EQ(parse({"--name", "a", "--root=/x"}).options.text("root"), "/x");
}

TEST(ParseLine, TellsMistakesInPodmansWords) {
  EXPECT_EQ(mistake({"--foo"}), "unknown flag: --foo");
  EXPECT_EQ(mistake({"--foo=1"}), "unknown flag: --foo");
  EXPECT_EQ(mistake({"--al"}), "unknown flag: --al");
  EXPECT_EQ(mistake({"-x"}), "unknown shorthand flag: 'x' in -x");
  EXPECT_EQ(mistake({"-atx1"}), "unknown shorthand flag: 'x' in -x1");
  EXPECT_EQ(mistake({"-=x"}), "unknown shorthand flag: '=' in -=x");
  EXPECT_EQ(mistake({"--name"}), "flag needs an argument: --name");
  EXPECT_EQ(mistake({"-m"}), "flag needs an argument: 'm' in -m");
  EXPECT_EQ(mistake({"-am"}), "flag needs an argument: 'm' in -m");
  EXPECT_EQ(mistake({"---x"}), "bad flag syntax: ---x");
  EXPECT_EQ(mistake({"--=x"}), "bad flag syntax: --=x");
}

TEST(ParseLine, ChecksValuesByKind) {
  EXPECT_EQ(mistake({"--all=maybe"}),
            "invalid argument \"maybe\" for \"-a, --all\" flag: strconv.ParseBool: parsing "
            "\"maybe\": invalid syntax");
  EXPECT_EQ(mistake({"--cpus", "x"}),
            "invalid argument \"x\" for \"--cpus\" flag: strconv.ParseFloat: parsing \"x\": "
            "invalid syntax");
  EXPECT_EQ(mistake({"--stop-timeout", "-1"}),
            "invalid argument \"-1\" for \"--stop-timeout\" flag: strconv.ParseUint: parsing "
            "\"-1\": invalid syntax");
  EXPECT_EQ(mistake({"--tail", "3x"}),
            "invalid argument \"3x\" for \"--tail\" flag: strconv.ParseInt: parsing \"3x\": "
            "invalid syntax");
  EXPECT_EQ(mistake({"-m", "x"}),
            "invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'");
  EXPECT_EQ(mistake({"--wait", "5"}),
            "invalid argument \"5\" for \"--wait\" flag: time: invalid duration \"5\"");
}

TEST(ParseLine, AsksForHelp) {
  EXPECT_EQ(mistake({"x", "--help"}), "HELP");
  EXPECT_EQ(parse({"-h", "box"}).options.text("hostname"), "box");
  EXPECT_THROW((void)parse_line({"-h"}, {kPlain}, Interspersed::kYes), UsageError);
  EXPECT_THAT(parse({"image", "--help"}, Interspersed::kNo).arguments,
              ElementsAre("image", "--help"));
}

TEST(Options, AdoptKeepsTheOrderAndOnlyWhatIsTheSame) {
  const ParsedLine before =
      parse_line({"--root", "/a", "--name", "global"}, {kGlobal}, Interspersed::kNo);
  ParsedLine after = parse({"--root", "/b"});
  after.options.adopt(before.options);
  EXPECT_EQ(after.options.text("root"), "/b");
  EXPECT_FALSE(after.options.given("name"));
  ParsedLine none = parse({});
  none.options.adopt(before.options);
  EXPECT_EQ(none.options.text("root"), "/a");
}

TEST(Options, UnknownNamesAreProgrammingErrors) {
  EXPECT_THROW((void)parse({}).options.flag("nosuch"), Error);
}

}  // namespace
}  // namespace gantry::cli
