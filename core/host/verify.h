// SPDX-License-Identifier: Apache-2.0
//
// Judges a plug-in file for `gantry plugin verify`: what the file alone tells, then a trial
// in a child process, so that a plug-in that crashes takes nothing else down, then the
// conformance kit where it is installed. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/host/kinds.h"
#include "sdk/support/json.h"

namespace gantry::host {

struct VerifyCheck {
  std::string name;    // "file", "load", "create", or a name from the conformance kit
  std::string result;  // "passed", "failed", "skipped"
  std::string detail;  // why; empty when passed
};

struct VerifyReport {
  std::filesystem::path file;
  PluginFacts facts;
  std::vector<VerifyCheck> checks;
  [[nodiscard]] bool ok() const noexcept;
};

// The words after the engine's name that make it call verify_in_child: hidden from help.
inline constexpr const char* kVerifyChildWords[] = {"plugin", "verify-in-child"};

// self_exe is run as `self_exe plugin verify-in-child FILE`. The kit is the program
// gantry-plugin-conformance beside self_exe or in PATH.
[[nodiscard]] VerifyReport verify(const std::filesystem::path& file,
                                  const std::filesystem::path& self_exe);

// Loads the plug-in, makes an instance and ends it, and writes its checks as JSON to
// standard output. The process's exit code.
int verify_in_child(const std::filesystem::path& file);

[[nodiscard]] Json to_json(const VerifyReport& report);

}  // namespace gantry::host
