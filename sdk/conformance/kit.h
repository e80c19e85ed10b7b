// SPDX-License-Identifier: Apache-2.0
//
// The conformance kit: judges a plug-in of any kind by what it does, through the ABI alone.
// A suite is a list of checks, each a sentence about behaviour that the ABI headers promise;
// a check fails by throwing, and is skipped where the host lacks what it needs.
// One plug-in in one process; nothing here is for use by several threads.
#pragma once

#include <gantry/abi/plugin.h>
#include <gantry/error.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace gantry::conformance {

enum class Result { kPassed, kFailed, kSkipped };
[[nodiscard]] const char* to_string(Result result) noexcept;

struct Finding {
  std::string check;  // "state: a transaction reads its own writes"
  Result result;
  std::string detail;  // why it failed or was skipped
};

struct Options {
  std::filesystem::path work_dir;  // an empty folder; what is made there is removed
  std::string config_json = "{}";  // given to the plug-in's create
  std::string filter;              // only checks whose name contains it
  std::filesystem::path file;      // the plug-in, and the kit's own program: checks that kill
  std::string runner;              // a process need both; empty: skipped
  std::function<void(const Finding&)> on_finding;
  std::function<void(int level, std::string_view)> log;
};

// Thrown by a check that cannot be made here.
class Skip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Loads the file and returns its descriptor; throws when it has none or one that no host
// could use. Never unloaded.
[[nodiscard]] const gantry_plugin& load(const std::filesystem::path& file);

// Runs the checks of the plug-in's kind.
[[nodiscard]] std::vector<Finding> judge(const gantry_plugin& plugin, const Options& options);

// For those who want to list or number them.
[[nodiscard]] std::vector<std::string> check_names(std::uint32_t kind);

}  // namespace gantry::conformance
