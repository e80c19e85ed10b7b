// SPDX-License-Identifier: Apache-2.0
//
// Monitors of containers that are no more, told by their command line: it names our run
// folder and the container.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/lifecycle/check/findings.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

struct MonitorProcess {
  int pid = 0;
  std::string id;       // of its container
  std::string runtime;  // path of the program that it runs
};

std::vector<std::string> arguments_of(const std::string& pid) {
  std::vector<std::string> words;
  try {
    const std::string text = read_file_if_exists("/proc/" + pid + "/cmdline").value_or("");
    for (std::size_t at = 0; at < text.size();) {
      words.emplace_back(text.c_str() + at);
      at += words.back().size() + 1;
    }
  } catch (const Error&) {
    words.clear();  // it ended meanwhile
  }
  return words;
}

std::string value_of(const std::vector<std::string>& words, const std::string& option,
                     const std::string& other) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == option || words[i] == other) {
      return words[i + 1];
    }
  }
  return "";
}

// What "-r" names, or what that is told to run in turn: gantry-hide stands in between where
// mounts are hidden.
std::string runtime_of(const std::vector<std::string>& words) {
  constexpr std::string_view kArgument = "--runtime-arg=";
  const auto dashes = std::find(words.begin(), words.end(), std::string(kArgument) + "--");
  if (dashes != words.end() && dashes + 1 != words.end() && dashes[1].starts_with(kArgument)) {
    return dashes[1].substr(kArgument.size());
  }
  return value_of(words, "-r", "--runtime");
}

std::optional<MonitorProcess> our_monitor(const engine::Engine& engine,
                                          const std::string& pid) {
  const std::vector<std::string> words = arguments_of(pid);
  if (words.empty() || std::filesystem::path(words[0]).filename() != "conmon") {
    return std::nullopt;
  }
  MonitorProcess process;
  process.id = value_of(words, "-c", "--cid");
  process.runtime = runtime_of(words);
  const std::filesystem::path bundle = value_of(words, "-b", "--bundle");
  if (!model::is_full_id(process.id) || bundle != engine.layout.bundle(process.id)) {
    return std::nullopt;
  }
  (void)std::from_chars(pid.data(), pid.data() + pid.size(), process.pid);
  return process;
}

// The monitor goes, and what it kept in its runtime.
void end_monitor(engine::Engine& engine, const MonitorProcess& process) {
  settle_leftover(engine, process.id, recorded_containers, [&] {
    engine.monitor.dismiss(process.pid, process.id);
    engine.backends.runtime(process.runtime).remove(process.id, true);
  });
}

}  // namespace

void check_monitors(engine::Engine& engine, Findings& findings) {
  std::vector<MonitorProcess> processes;
  for (const std::string& name : names_in("/proc")) {
    if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos) {
      if (const auto process = our_monitor(engine, name)) {
        processes.push_back(*process);
      }
    }
  }
  const std::set<std::string> recorded = recorded_containers(engine);
  for (const MonitorProcess& process : processes) {
    if (!recorded.contains(process.id) && our_monitor(engine, std::to_string(process.pid))) {
      findings.push_back({"monitor", std::to_string(process.pid),
                          "the monitor of container " + process.id + ", which is no more",
                          [&engine, process] { end_monitor(engine, process); }});
    }
  }
}

}  // namespace gantry::lifecycle
