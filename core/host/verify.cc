// SPDX-License-Identifier: Apache-2.0
#include "core/host/verify.h"

#include <gantry/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/host/handshake.h"
#include "core/host/instance.h"
#include "core/host/loaded_plugin.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::host {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::minutes kLoadLimit{1};
constexpr std::chrono::minutes kKitLimit{10};

// Appends the checks that a child wrote, or one that says how it ended instead.
void append_from_child(VerifyReport& report, const std::string& what, const Command& command) {
  try {
    const CommandResult result = run_command(command);
    if (result.exit_code > 128) {
      report.checks.push_back({what, "failed",
                               "the plug-in ended its process by signal " +
                                   std::to_string(result.exit_code - 128)});
      return;
    }
    const Json answer = parse_json(result.out, "the report of " + command.argv.front());
    for (const Json& check : answer.at("checks")) {
      report.checks.push_back({check.at("name").get<std::string>(),
                               check.at("result").get<std::string>(),
                               check.at("detail").get<std::string>()});
    }
  } catch (const std::exception& e) {
    report.checks.push_back({what, "failed", e.what()});
  }
}

std::optional<std::string> find_kit(const fs::path& self_exe) {
  std::error_code ignored;
  const fs::path beside =
      fs::canonical(self_exe, ignored).parent_path() / "gantry-plugin-conformance";
  return gantry::exists(beside) ? beside.string() : find_program("gantry-plugin-conformance");
}

Json to_json(const std::vector<VerifyCheck>& checks) {
  Json list = Json::array();
  for (const VerifyCheck& check : checks) {
    list.push_back({{"name", check.name}, {"result", check.result}, {"detail", check.detail}});
  }
  return list;
}

}  // namespace

bool VerifyReport::ok() const noexcept {
  return std::none_of(checks.begin(), checks.end(),
                      [](const VerifyCheck& check) { return check.result == "failed"; });
}

VerifyReport verify(const fs::path& file, const fs::path& self_exe) {
  VerifyReport report{file, {}, {}};
  try {
    report.facts = check_file(file).facts;
    report.checks.push_back({"file", "passed", ""});
  } catch (const Error& e) {
    report.checks.push_back({"file", "failed", e.what()});
    return report;
  }
  // The folder is ours to remove, since the child may not live to do so.
  const fs::path folder = make_temp_directory(fs::temp_directory_path() / "gantry-XXXXXX");
  const Cleanup remove([&] {
    std::error_code ignored;  // an undo, of an empty or tiny folder
    fs::remove_all(folder, ignored);
  });
  Command load;
  load.env = environment_with({"TMPDIR=" + folder.string()});
  load.argv = {self_exe.string(), kVerifyChildWords[0], kVerifyChildWords[1], file.string()};
  load.timeout = kLoadLimit;
  append_from_child(report, "load", load);
  if (!report.ok()) {
    return report;
  }
  if (const auto kit = find_kit(self_exe)) {
    Command judge;
    judge.argv = {*kit, "--format", "json", file.string()};
    judge.timeout = kKitLimit;
    append_from_child(report, "conformance", judge);
  } else {
    report.checks.push_back({"conformance", "skipped",
                             "gantry-plugin-conformance is not installed; it comes with "
                             "gantry's SDK"});
  }
  return report;
}

int verify_in_child(const fs::path& file) {
  std::vector<VerifyCheck> checks;
  const auto step = [&checks](const char* name, const std::function<void()>& body) {
    try {
      body();
      checks.push_back({name, "passed", ""});
      return true;
    } catch (const std::exception& e) {
      checks.push_back({name, "failed", e.what()});
      return false;
    }
  };
  const LoadedPlugin* plugin = nullptr;
  bool ok = step("load", [&] { plugin = &load_plugin(file); });
  ok = ok && step("create", [&] {
         const fs::path folder =
             make_temp_directory(fs::temp_directory_path() / "gantry-XXXXXX");
         const Cleanup remove([&] { remove_tree(folder); });
         const Instance instance(*plugin, {folder / "data", folder / "run", {}, {}, {}}, {});
       });
  const std::string text = to_text({{"checks", to_json(checks)}}) + "\n";
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
  return ok ? 0 : 1;
}

Json to_json(const VerifyReport& report) {
  return {{"File", report.file.string()},
          {"Kind", report.facts.kind},
          {"Name", report.facts.name},
          {"Version", report.facts.version},
          {"OK", report.ok()},
          {"Checks", to_json(report.checks)}};
}

}  // namespace gantry::host
