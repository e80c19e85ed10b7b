// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include <algorithm>
#include <cctype>

#include "cli/usage.h"
#include "cli/values.h"
#include "cli/version.h"

namespace gantry::cli {
namespace {

// roff reads a leading dot, a backslash and a dash in its own way.
std::string escaped(std::string_view text) {
  std::string out;
  bool starts = true;
  for (const char c : text) {
    if (starts && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    starts = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string head(const std::string& name, std::string_view summary) {
  return ".TH " + upper(escaped(name)) + " 1 \"\" \"gantry " + std::string(kVersion) +
         "\" \"gantry manual\"\n.SH NAME\n" + escaped(name) + " \\- " + escaped(summary) + "\n";
}

std::string options_section(const std::vector<const Option*>& options) {
  std::string text = options.empty() ? "" : ".SH OPTIONS\n";
  for (const Option* option : options) {
    const OptionLine line = line_of(*option);
    const std::string spelling = line.spelling.substr(line.spelling.find_first_not_of(' '));
    text += ".TP\n.B " + escaped(spelling) + "\n" + escaped(line.text) + "\n";
  }
  return text;
}

std::string commands_section(CommandTree tree, std::string_view parent) {
  std::string text = ".SH COMMANDS\n";
  for (const Entry& entry : tree) {
    if (entry.parent == parent && !entry.hidden) {
      text += ".TP\n.BR " + escaped(page_name(entry)) + " (1)\n" +
              escaped(entry.command->summary) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string page_name(const Entry& entry) {
  std::string name = entry.path();
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string root_page(CommandTree tree) {
  std::vector<const Option*> options;
  for (const OptionTable table : {global_options(), root_options()}) {
    for (const Option& option : table) {
      if (!option.hidden) {
        options.push_back(&option);
      }
    }
  }
  return head("gantry", kProgramSummary) + ".SH SYNOPSIS\n.B gantry\n[options] command\n" +
         options_section(options) + commands_section(tree, "");
}

std::string command_page(CommandTree tree, const Entry& entry) {
  const Command& command = *entry.command;
  std::string text = head(page_name(entry), command.summary);
  text += ".SH SYNOPSIS\n.B " + escaped(entry.path()) + "\n" + escaped(command.usage) + "\n";
  if (!entry.aliases.empty()) {
    text += ".SH ALIASES\n" + escaped(join(split(entry.aliases, ' '), ", ")) + "\n";
  }
  text += ".SH DESCRIPTION\n" +
          escaped(command.description.empty() ? command.summary : command.description) + "\n";
  text += options_section(shown_options(command));
  if (command.run == nullptr) {
    text += commands_section(tree, entry.name);
  }
  if (const auto examples = example_lines(command); !examples.empty()) {
    text += ".SH EXAMPLES\n.nf\n" + escaped(join(examples, "\n")) + "\n.fi\n";
  }
  return text + ".SH SEE ALSO\n.BR gantry (1)\n";
}

}  // namespace gantry::cli
