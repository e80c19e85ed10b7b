// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <sstream>

#include "cli/suggest.h"
#include "cli/usage.h"

namespace gantry::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr Option kRunOptions[] = {{.name = "name", .letter = 'n', .help = "Name it"},
                                  {.name = "secret", .help = "unseen", .hidden = true}};

int echo(Context& context) {
  context.out() << context.entry().path() << " root=" << context.options().text("root");
  for (const std::string& argument : context.arguments()) {
    context.out() << " [" << argument << "]";
  }
  context.out() << "\n";
  return 7;
}
int not_found(Context&) { throw ExitError(127, Error(Code::kNotFound, "no such program")); }
int broken(Context& context) {
  context.out() << "half a line";
  throw Error(Code::kBusy, "it is busy");
}

constexpr Command kRun{.summary = "Run it",
                       .usage = "[options] IMAGE",
                       .examples = "run a\nrun b",
                       .options = {kRunOptions},
                       .arguments = {.least = 1},
                       .interspersed = Interspersed::kNo,
                       .run = echo};
constexpr Command kList{.summary = "List", .arguments = kNoArguments, .run = echo};
constexpr Command kGroup{.summary = "Containers"};
constexpr Command kMissing{.summary = "Missing", .run = not_found};
constexpr Command kBroken{.summary = "Broken", .run = broken};
constexpr Entry kTestTree[] = {
    {.name = "run", .command = &kRun},
    {.name = "list", .aliases = "ls l", .command = &kList},
    {.name = "container", .command = &kGroup},
    {.parent = "container", .name = "ls", .aliases = "ps", .command = &kList},
    {.parent = "container", .name = "cleanup", .command = &kList, .hidden = true},
    {.name = "missing", .command = &kMissing},
    {.name = "broken", .command = &kBroken},
};

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "gantry");
  std::ostringstream out;
  std::ostringstream err;
  const int code =
      run_program(kTestTree, words, out, err, [](const Options&, const std::string&) {
        ADD_FAILURE() << "the engine was opened";
        return std::shared_ptr<engine::Engine>();
      });
  return {code, out.str(), err.str()};
}

TEST(Program, RunsACommandAndAnswersItsCode) {
  const Outcome outcome = run({"run", "image", "-x", "--name"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.out, "gantry run root= [image] [-x] [--name]\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(Program, TakesGlobalOptionsBeforeAndAfterTheVerb) {
  EXPECT_EQ(run({"--root", "/r", "run", "i"}).out, "gantry run root=/r [i]\n");
  EXPECT_EQ(run({"run", "--root=/r", "i"}).out, "gantry run root=/r [i]\n");
  EXPECT_EQ(run({"container", "--root=/r", "ls"}).out, "gantry container ls root=/r\n");
}

TEST(Program, FindsAliasesAndGroups) {
  EXPECT_EQ(run({"ls"}).out, "gantry list root=\n");
  EXPECT_EQ(run({"container", "ps"}).out, "gantry container ls root=\n");
  EXPECT_EQ(run({"container", "cleanup"}).code, 7);
}

TEST(Program, PrintsHelp) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "--help"}, {"help", "run"}, {"run", "-h"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out,
              "Run it\n\nDescription:\n  Run it\n\nUsage:\n  gantry run [options] IMAGE\n\n"
              "Examples:\n  gantry run a\n  gantry run b\n\n"
              "Options:\n  -n, --name string   Name it\n");
  }
  EXPECT_THAT(run({"--help"}).out, HasSubstr("Available Commands:\n  broken     Broken\n"));
  EXPECT_THAT(run({"container", "--help"}).out, HasSubstr("Available Commands:\n  ls  List\n"));
  EXPECT_THAT(run({"ls", "--help"}).out, HasSubstr("Aliases:\n  list, ls, l\n"));
  EXPECT_EQ(run({"--help"}).code, 0);
}

TEST(Program, PrintsItsVersion) {
  EXPECT_THAT(run({"--version"}).out, StartsWith("gantry version "));
  EXPECT_THAT(run({"-v"}).out, StartsWith("gantry version "));
}

TEST(Program, MissingCommandIsAnError) {
  EXPECT_EQ(run({}).code, 125);
  EXPECT_EQ(run({}).err, "Error: missing command 'gantry COMMAND'\n");
  EXPECT_EQ(run({"container"}).err, "Error: missing command 'gantry container COMMAND'\n");
}

TEST(Program, RefusesUnknownCommands) {
  const Outcome outcome = run({"frobnicate"});
  EXPECT_EQ(outcome.code, 125);
  EXPECT_EQ(outcome.err,
            "Error: unrecognized command `gantry frobnicate`\n"
            "Try 'gantry --help' for more information\n");
  EXPECT_THAT(run({"rum"}).err, HasSubstr("Did you mean this?\n\trun\n"));
}

TEST(Program, TellsUsageMistakes) {
  EXPECT_EQ(run({"run", "--foo"}).err, "Error: unknown flag: --foo\nSee 'gantry run --help'\n");
  EXPECT_EQ(run({"--foo", "run"}).err, "Error: unknown flag: --foo\nSee 'gantry --help'\n");
  EXPECT_EQ(run({"run"}).err, "Error: requires at least 1 arg(s), only received 0\n");
  EXPECT_EQ(run({"ls", "x"}).err, "Error: `gantry list` takes no arguments\n");
  EXPECT_EQ(run({"run"}).code, 125);
}

TEST(Program, TellsFailuresOnceAndLast) {
  EXPECT_EQ(run({"missing"}).code, 127);
  const Outcome outcome = run({"broken"});
  EXPECT_EQ(outcome.code, 125);
  EXPECT_EQ(outcome.out, "half a line");
  EXPECT_EQ(outcome.err, "Error: it is busy\n");
}

TEST(Program, FailsWhenItCannotWrite) {
  std::ostream nowhere(nullptr);
  std::ostringstream err;
  EXPECT_EQ(run_program(kTestTree, {"gantry", "ls"}, nowhere, err, nullptr), 125);
  EXPECT_EQ(err.str(), "Error: writing to standard output failed\n");
}

TEST(Suggest, MeasuresDistance) {
  EXPECT_EQ(edit_distance("run", "rum"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("start", "stats"), 2U);
}

// Every option table of the real tree: names and letters are unique within a command.
TEST(CommandTree, HasConsistentOptionTables) {
  for (const Entry& entry : command_tree()) {
    ASSERT_NE(entry.command, nullptr) << entry.path();
    EXPECT_FALSE(entry.command->summary.empty()) << entry.path();
    std::vector<OptionTable> tables(entry.command->options.begin(),
                                    entry.command->options.end());
    const Options options(tables);
    for (const OptionTable table : tables) {
      for (const Option& option : table) {
        EXPECT_EQ(options.find(option.name), &option) << entry.path() << " --" << option.name;
        EXPECT_FALSE(option.help.empty()) << entry.path() << " --" << option.name;
        if (option.letter != 0) {
          EXPECT_EQ(options.find(option.letter), &option)
              << entry.path() << " -" << option.letter;
        }
        Options defaults(tables);
        if (!option.fallback.empty()) {
          EXPECT_NO_THROW(defaults.set(option, std::string(option.fallback)))
              << entry.path() << " --" << option.name;
        }
      }
    }
    EXPECT_NO_THROW((void)command_help(command_tree(), entry));
  }
}

TEST(CommandTree, HasNoTwoCommandsOfOneName) {
  for (const Entry& entry : command_tree()) {
    EXPECT_EQ(find_entry(command_tree(), entry.parent, entry.name), &entry) << entry.path();
  }
}

}  // namespace
}  // namespace gantry::cli
