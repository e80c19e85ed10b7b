// SPDX-License-Identifier: Apache-2.0
//
// OCI hooks by configuration: the JSON files of oci-hooks(5), schema 1.0.0. A hook is a
// program that the administrator wants run at a stage of the life of those containers that
// its "when" fits. Values; pure but for reading the files. [thread-safe]
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::hooks {

// The program, as the OCI configuration names one.
struct Program {
  std::string path;
  std::vector<std::string> args;  // args[0] included; empty: the path alone
  std::vector<std::string> env;   // the whole environment
  std::optional<int> timeout_s;
};
[[nodiscard]] Json to_json(const Program& program);
[[nodiscard]] Program program_from(const Json& json);

// What a container shows to the conditions.
struct Subject {
  std::map<std::string, std::string> annotations;
  std::string command;  // the program that it runs
  bool has_bind_mounts = false;
};

// Every condition that is given must hold, and one must be given.
struct When {
  std::optional<bool> always;
  std::optional<bool> has_bind_mounts;
  std::vector<std::pair<std::regex, std::regex>> annotations;
  std::vector<std::regex> commands;  // one of them
  // kInvalid when there is too much text to look through.
  [[nodiscard]] bool fits(const Subject& subject) const;
};

struct Hook {
  Program program;
  When when;
  std::vector<std::string> stages;
};

// One file. kInvalid names the file and the member at fault; nullopt when the hook's program
// is not installed, which a package that was removed leaves behind.
[[nodiscard]] std::optional<Hook> read_hook(const std::filesystem::path& file);

// All hooks of these folders in the order of their file names; a file in a later folder
// replaces one of the same name in an earlier. Missing folders are passed over.
[[nodiscard]] std::vector<Hook> read_hooks(const std::vector<std::filesystem::path>& folders);

// Those that fit, by stage. precreate and poststop are the engine's to run, the others are
// the runtime's.
struct Chosen {
  Json runtime = Json::object();  // "hooks" of the OCI configuration
  std::vector<Program> precreate;
  std::vector<Program> poststop;
};
[[nodiscard]] Chosen choose(const std::vector<Hook>& hooks, const Subject& subject);

}  // namespace gantry::hooks
