// SPDX-License-Identifier: Apache-2.0
//
// A command as data, and where it hangs in the tree of verbs. Commands are constant; each
// file in cli/commands defines one or a few.
#pragma once

#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "cli/option.h"
#include "cli/options.h"

namespace gantry::cli {

class Context;

// How many arguments a command takes, and what to say when there are others.
struct ArgumentRule {
  std::size_t least = 0;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  // Options that stand in for arguments: with one of them none may be missing.
  std::string_view unless = "";     // "all latest"
  std::string_view complaint = "";  // podman's sentence when there are too few
};

inline constexpr ArgumentRule kNoArguments{.most = 0};

struct Command {
  std::string_view summary = "";      // one line
  std::string_view description = "";  // empty: the summary
  std::string_view usage = "";        // after the name: "[options] IMAGE [COMMAND [ARG...]]"
  std::string_view examples = "";     // lines without "gantry ", separated by newlines
  std::array<OptionTable, 10> options{};
  ArgumentRule arguments{};
  Interspersed interspersed = Interspersed::kYes;
  int (*run)(Context&) = nullptr;  // null: a group of commands
  bool changes = false;            // an interrupt asks it to undo its work instead of ending it
};

// One place in the tree. The same command may hang in several.
struct Entry {
  std::string_view parent = "";   // "" or "container"
  std::string_view name = "";     // "ls"
  std::string_view aliases = "";  // "list ps"
  const Command* command = nullptr;
  bool hidden = false;

  [[nodiscard]] std::string path() const;  // "gantry container ls"
  [[nodiscard]] bool answers_to(std::string_view word) const;
};

using CommandTree = std::span<const Entry>;

// Options that stand before the verb, and may stand after it.
[[nodiscard]] OptionTable global_options();
// Options of the program itself: --version.
[[nodiscard]] OptionTable root_options();
// The whole tree, in the order of the help.
[[nodiscard]] CommandTree command_tree();

// The entry called word below parent, or null.
[[nodiscard]] const Entry* find_entry(CommandTree tree, std::string_view parent,
                                      std::string_view word);
// Throws kInvalid in podman's words when the number of arguments is wrong.
void check_arguments(const Entry& entry, const Options& options, std::size_t count);

}  // namespace gantry::cli
