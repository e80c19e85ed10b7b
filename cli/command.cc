// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include "cli/values.h"

namespace gantry::cli {

std::string Entry::path() const {
  std::string path = "gantry";
  for (const std::string_view part : {parent, name}) {
    if (!part.empty()) {
      path.append(" ").append(part);
    }
  }
  return path;
}

bool Entry::answers_to(std::string_view word) const {
  if (name == word) {
    return true;
  }
  if (aliases.empty()) {
    return false;
  }
  for (const std::string& alias : split(aliases, ' ')) {
    if (alias == word) {
      return true;
    }
  }
  return false;
}

const Entry* find_entry(CommandTree tree, std::string_view parent, std::string_view word) {
  for (const Entry& entry : tree) {
    if (entry.parent == parent && entry.answers_to(word)) {
      return &entry;
    }
  }
  return nullptr;
}

namespace {

bool excused(const ArgumentRule& rule, const Options& options) {
  if (rule.unless.empty()) {
    return false;
  }
  for (const std::string& name : split(rule.unless, ' ')) {
    const Option* option = options.find(name);
    if (option != nullptr && options.given(name) &&
        (option->kind != ValueKind::kFlag || options.flag(name))) {
      return true;
    }
  }
  return false;
}

[[noreturn]] void complain(const Entry& entry, std::size_t count) {
  const ArgumentRule& rule = entry.command->arguments;
  const auto counted = [&](const char* verb, std::size_t wanted, const char* received) {
    return std::string(verb) + std::to_string(wanted) + " arg(s), " + received +
           std::to_string(count);
  };
  if (count < rule.least && !rule.complaint.empty()) {
    throw Error(Code::kInvalid, std::string(rule.complaint));
  }
  if (rule.most == 0) {
    throw Error(Code::kInvalid, "`" + entry.path() + "` takes no arguments");
  }
  if (rule.least == rule.most) {
    throw Error(Code::kInvalid, counted("accepts ", rule.least, "received "));
  }
  if (rule.least > 0 && rule.most - rule.least == 1) {
    throw Error(Code::kInvalid, "accepts between " + std::to_string(rule.least) + " and " +
                                    std::to_string(rule.most) + " arg(s), received " +
                                    std::to_string(count));
  }
  if (count < rule.least) {
    throw Error(Code::kInvalid, counted("requires at least ", rule.least, "only received "));
  }
  throw Error(Code::kInvalid, counted("accepts at most ", rule.most, "received "));
}

}  // namespace

void check_arguments(const Entry& entry, const Options& options, std::size_t count) {
  const ArgumentRule& rule = entry.command->arguments;
  if (count > rule.most || (count < rule.least && !excused(rule, options))) {
    complain(entry, count);
  }
}

}  // namespace gantry::cli
