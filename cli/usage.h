// SPDX-License-Identifier: Apache-2.0
//
// Help text, printed from the command and option tables in podman's layout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace gantry::cli {

inline constexpr std::string_view kProgramSummary =
    "Run and look after containers, images, volumes and networks";

[[nodiscard]] std::string root_help(CommandTree tree);
[[nodiscard]] std::string command_help(CommandTree tree, const Entry& entry);

// The parts, for the manual.
struct OptionLine {
  std::string spelling;  // "-m, --memory <number>[<unit>]"
  std::string text;      // help and default
};
[[nodiscard]] OptionLine line_of(const Option& option);
// The shown options of a command, sorted by name.
[[nodiscard]] std::vector<const Option*> shown_options(const Command& command);
[[nodiscard]] std::vector<std::string> example_lines(const Command& command);

}  // namespace gantry::cli
