// SPDX-License-Identifier: Apache-2.0
//
// Usage, man pages and completions are made from the tables that parse: nothing is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/completion.h"
#include "cli/manual.h"
#include "cli/usage.h"

namespace gantry::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<const Entry*> shown_entries() {
  std::vector<const Entry*> shown;
  for (const Entry& entry : command_tree()) {
    if (!entry.hidden) {
      shown.push_back(&entry);
    }
  }
  return shown;
}

std::vector<const Option*> all_options(const Entry& entry) {
  std::vector<const Option*> all;
  for (const OptionTable table : entry.command->options) {
    for (const Option& option : table) {
      all.push_back(&option);
    }
  }
  return all;
}

std::string in_roff(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

// The line of the script that tells what may follow a command.
std::string completion_of(const Entry& entry, const std::string& script) {
  const std::string path = "\" " +
                           (entry.parent.empty() ? "" : std::string(entry.parent) + " ") +
                           std::string(entry.name) + "\"";
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("    " + path + "|") == 0) {
      return line + " ";
    }
  }
  return "";
}

TEST(Generated, EachOptionIsInTheUsageThePageAndTheCompletion) {
  const std::string script = bash_completion(command_tree());
  for (const Entry* entry : shown_entries()) {
    const std::string usage = command_help(command_tree(), *entry);
    const std::string page = command_page(command_tree(), *entry);
    std::string completion = completion_of(*entry, script);
    EXPECT_NE(completion, "") << entry->path();
    std::replace(completion.begin(), completion.end(), '"', ' ');
    for (const Option* option : all_options(*entry)) {
      const std::string name = "--" + std::string(option->name);
      if (option->hidden) {
        EXPECT_THAT(usage, Not(HasSubstr(name + " "))) << entry->path();
        continue;
      }
      EXPECT_THAT(usage, HasSubstr(name)) << entry->path();
      EXPECT_THAT(page, HasSubstr(in_roff(name))) << entry->path();
      EXPECT_THAT(completion, HasSubstr(name + " ")) << entry->path();
      EXPECT_FALSE(option->help.empty()) << entry->path() << " " << name;
      if (option->letter != 0) {
        const std::string letter = std::string("-") + option->letter + ", " + name;
        EXPECT_THAT(usage, HasSubstr(letter)) << entry->path();
        EXPECT_THAT(page, HasSubstr(in_roff(letter))) << entry->path();
      }
    }
  }
}

TEST(Generated, EachCommandIsInThatOfItsGroup) {
  const std::string root = root_page(command_tree());
  const std::string help = root_help(command_tree());
  for (const Entry* entry : shown_entries()) {
    if (entry->parent.empty()) {
      EXPECT_THAT(root, HasSubstr(in_roff(page_name(*entry)) + " (1)"));
      EXPECT_THAT(help, HasSubstr("\n  " + std::string(entry->name) + " "));
    } else {
      const Entry* group = find_entry(command_tree(), "", entry->parent);
      ASSERT_NE(group, nullptr) << entry->path();
      EXPECT_THAT(command_page(command_tree(), *group),
                  HasSubstr(in_roff(page_name(*entry)) + " (1)"));
    }
    EXPECT_FALSE(entry->command->summary.empty()) << entry->path();
  }
}

TEST(Generated, NoTwoOptionsOfACommandHaveOneName) {
  for (const Entry& entry : command_tree()) {
    std::vector<std::string> names;
    std::vector<OptionTable> tables(entry.command->options.begin(),
                                    entry.command->options.end());
    tables.push_back(global_options());
    for (const OptionTable table : tables) {
      for (const Option& option : table) {
        names.emplace_back(option.name);
        if (option.letter != 0) {
          names.emplace_back(1, option.letter);
        }
        if (!option.alias.empty()) {
          names.emplace_back(option.alias);
        }
      }
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    EXPECT_EQ(twice, names.end()) << entry.path() << " has two options named " << *twice;
  }
}

}  // namespace
}  // namespace gantry::cli
