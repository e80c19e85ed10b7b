// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.h"

#include <algorithm>

#include "cli/values.h"

namespace gantry::cli {
namespace {

std::string_view argument_of(const Option& option) {
  if (!option.argument.empty()) {
    return option.argument;
  }
  switch (option.kind) {
    case ValueKind::kFlag:
      return "";
    case ValueKind::kString:
      return "string";
    case ValueKind::kInt:
      return "int";
    case ValueKind::kUint:
      return "uint";
    case ValueKind::kFloat:
      return "float";
    case ValueKind::kDuration:
      return "duration";
    case ValueKind::kSize:
    case ValueKind::kLimit:
      return "<number>[<unit>]";
    case ValueKind::kStrings:
      return "strings";
    case ValueKind::kArray:
      return "stringArray";
  }
  return "";
}

std::string shown_fallback(const Option& option) {
  const std::string value(option.fallback);
  if (value.empty() || (option.kind == ValueKind::kFlag && value == "false")) {
    return "";
  }
  switch (option.kind) {
    case ValueKind::kString:
    case ValueKind::kSize:
    case ValueKind::kLimit:
      return " (default \"" + value + "\")";
    case ValueKind::kStrings:
    case ValueKind::kArray:
      return " (default [" + value + "])";
    default:
      return " (default " + value + ")";
  }
}

// Two columns, the second aligned and its further lines too.
void append_columns(std::string& text, const std::vector<OptionLine>& rows, std::size_t gap) {
  std::size_t width = 0;
  for (const OptionLine& row : rows) {
    width = std::max(width, row.spelling.size());
  }
  for (const OptionLine& row : rows) {
    std::string lead = "  " + row.spelling;
    lead.resize(2 + width + gap, ' ');
    for (const std::string& line : split(row.text, '\n')) {
      text += lead + line;
      text.erase(text.find_last_not_of(' ') + 1);
      text += '\n';
      lead.assign(lead.size(), ' ');
    }
  }
}

void append_options(std::string& text, const std::vector<const Option*>& options) {
  if (options.empty()) {
    return;
  }
  std::vector<OptionLine> rows;
  for (const Option* option : options) {
    rows.push_back(line_of(*option));
  }
  text += "\nOptions:\n";
  append_columns(text, rows, 3);
}

void append_commands(std::string& text, CommandTree tree, std::string_view parent) {
  std::vector<OptionLine> rows;
  for (const Entry& entry : tree) {
    if (entry.parent == parent && !entry.hidden) {
      rows.push_back({std::string(entry.name), std::string(entry.command->summary)});
    }
  }
  if (rows.empty()) {
    return;
  }
  std::sort(rows.begin(), rows.end(),
            [](const OptionLine& a, const OptionLine& b) { return a.spelling < b.spelling; });
  text += "\nAvailable Commands:\n";
  append_columns(text, rows, 2);
}

std::string indented(std::string_view lines) {
  std::string text;
  for (const std::string& line : split(lines, '\n')) {
    text += "  " + line + "\n";
  }
  return text;
}

std::vector<const Option*> sorted(std::vector<const Option*> options) {
  std::sort(options.begin(), options.end(),
            [](const Option* a, const Option* b) { return a->name < b->name; });
  return options;
}

}  // namespace

OptionLine line_of(const Option& option) {
  std::string spelling =
      option.letter == 0 ? "    " : std::string{'-', option.letter, ',', ' '};
  spelling += "--" + std::string(option.name);
  if (const std::string_view argument = argument_of(option); !argument.empty()) {
    spelling += " " + std::string(argument);
  }
  return {spelling, std::string(option.help) + shown_fallback(option)};
}

std::vector<const Option*> shown_options(const Command& command) {
  std::vector<const Option*> options;
  for (const OptionTable table : command.options) {
    for (const Option& option : table) {
      if (!option.hidden) {
        options.push_back(&option);
      }
    }
  }
  return sorted(std::move(options));
}

std::vector<std::string> example_lines(const Command& command) {
  std::vector<std::string> lines;
  if (!command.examples.empty()) {
    for (const std::string& line : split(command.examples, '\n')) {
      lines.push_back("gantry " + line);
    }
  }
  return lines;
}

std::string command_help(CommandTree tree, const Entry& entry) {
  const Command& command = *entry.command;
  std::string text(command.summary);
  text += "\n\nDescription:\n";
  text += indented(command.description.empty() ? command.summary : command.description);
  text += "\nUsage:\n  " + entry.path();
  if (!command.usage.empty()) {
    text += " " + std::string(command.usage);
  }
  text += "\n";
  if (!entry.aliases.empty()) {
    text += "\nAliases:\n  " + std::string(entry.name);
    for (const std::string& alias : split(entry.aliases, ' ')) {
      text += ", " + alias;
    }
    text += "\n";
  }
  if (const auto examples = example_lines(command); !examples.empty()) {
    text += "\nExamples:\n" + indented(join(examples, "\n"));
  }
  if (command.run == nullptr) {
    append_commands(text, tree, entry.name);
  }
  append_options(text, shown_options(command));
  return text;
}

std::string root_help(CommandTree tree) {
  std::string text =
      std::string(kProgramSummary) + "\n\nUsage:\n  gantry [options] [command]\n";
  append_commands(text, tree, "");
  std::vector<const Option*> options;
  for (const OptionTable table : {global_options(), root_options()}) {
    for (const Option& option : table) {
      if (!option.hidden) {
        options.push_back(&option);
      }
    }
  }
  append_options(text, sorted(std::move(options)));
  return text;
}

}  // namespace gantry::cli
