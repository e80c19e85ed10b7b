// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/suggest.h"
#include "cli/trace.h"
#include "cli/usage.h"
#include "cli/version.h"

namespace gantry::cli {
namespace {

using Words = std::vector<std::string>;

// The line up to the verb, group by group.
struct Route {
  const Entry* entry = nullptr;  // null: the program itself
  Options options;               // what stood before the verb
  Words rest;                    // what stands after it
  bool help = false;

  [[nodiscard]] std::string path() const { return entry == nullptr ? "gantry" : entry->path(); }
  [[nodiscard]] bool is_group() const {
    return entry == nullptr || entry->command->run == nullptr;
  }
};

[[noreturn]] void refuse_word(CommandTree tree, const Route& route, const std::string& word) {
  const std::string_view parent = route.entry == nullptr ? "" : route.entry->name;
  std::string message = "unrecognized command `" + route.path() + " " + word + "`";
  const Words close = similar_commands(tree, parent, word);
  if (close.empty()) {
    throw Error(Code::kInvalid,
                message + "\nTry '" + route.path() + " --help' for more information");
  }
  message += "\n\nDid you mean this?";
  for (const std::string& name : close) {
    message += "\n\t" + name;
  }
  throw Error(Code::kInvalid, message + "\n");
}

// One step down the tree; false when route.entry is where it ends.
bool descend(CommandTree tree, Route& route) {
  if (!route.is_group()) {
    return false;
  }
  std::vector<OptionTable> tables{global_options()};
  if (route.entry == nullptr) {
    tables.push_back(root_options());
  }
  ParsedLine line = parse_line(route.rest, tables, Interspersed::kNo);
  line.options.adopt(route.options);
  route.options = std::move(line.options);
  route.rest = std::move(line.arguments);
  if (!route.rest.empty() && route.rest.front() == "help" && !route.help) {
    route.help = true;
    route.rest.erase(route.rest.begin());
  }
  if (route.rest.empty()) {
    return false;
  }
  const std::string_view parent = route.entry == nullptr ? "" : route.entry->name;
  const Entry* entry = find_entry(tree, parent, route.rest.front());
  if (entry == nullptr) {
    refuse_word(tree, route, route.rest.front());
  }
  route.entry = entry;
  route.rest.erase(route.rest.begin());
  return true;
}

std::string help_for(CommandTree tree, const Route& route) {
  return route.entry == nullptr ? root_help(tree) : command_help(tree, *route.entry);
}

int run_group(CommandTree tree, const Route& route, std::ostream& out) {
  if (route.entry == nullptr && route.options.flag("version")) {
    out << "gantry version " << kVersion << "\n";
    return kExitOk;
  }
  out << help_for(tree, route);
  if (route.help) {
    return kExitOk;
  }
  out.flush();
  throw Error(Code::kInvalid, "missing command '" + route.path() + " COMMAND'");
}

ParsedLine parse_command(const Route& route) {
  const Command& command = *route.entry->command;
  std::vector<OptionTable> tables(command.options.begin(), command.options.end());
  tables.push_back(global_options());
  ParsedLine line = parse_line(route.rest, std::move(tables), command.interspersed);
  line.options.adopt(route.options);
  return line;
}

int dispatch(CommandTree tree, Route& route, const Words& words, std::ostream& out,
             std::ostream& err, const EngineOpener& open) {
  try {
    while (descend(tree, route)) {
    }
    if (route.is_group()) {
      return run_group(tree, route, out);
    }
    if (route.help) {
      throw UsageError("help requested", true);
    }
    ParsedLine line = parse_command(route);
    check_arguments(*route.entry, line.options, line.arguments.size());
    std::optional<TraceFile> timeline;
    if (line.options.given("trace")) {
      timeline.emplace(line.options.text("trace"), route.path());
    }
    const trace::Span span(trace::Kind::kVerb, route.path());
    Context context(*route.entry, std::move(line), words, out, err, open);
    return route.entry->command->run(context);
  } catch (const UsageError& error) {
    if (error.help_requested()) {
      out << help_for(tree, route);
      return kExitOk;
    }
    throw Error(Code::kInvalid,
                std::string(error.what()) + "\nSee '" + route.path() + " --help'");
  }
}

}  // namespace

int run_program(CommandTree tree, const Words& words, std::ostream& out, std::ostream& err,
                const EngineOpener& open) {
  Route route;
  route.rest.assign(words.begin() + (words.empty() ? 0 : 1), words.end());
  const auto fail = [&](const char* message, int exit_code) {
    out.flush();
    err << "Error: " << message << std::endl;
    return exit_code;
  };
  try {
    const int code = dispatch(tree, route, words, out, err, open);
    out.flush();
    return out ? code : fail("writing to standard output failed", kExitEngine);
  } catch (const ExitError& error) {
    return fail(error.what(), error.exit_code());
  } catch (const std::exception& error) {
    return fail(error.what(), kExitEngine);
  }
}

}  // namespace gantry::cli
