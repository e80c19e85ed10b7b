// SPDX-License-Identifier: Apache-2.0
//
// gantry-plugin-conformance [--format text|json] [--filter TEXT] [--config JSON]
//                           [--work-dir DIR] [--list] [--verbose] FILE
//
// Judges a plug-in. Exit code 0: nothing failed; 1: something did; 2: it could not be judged;
// 125: wrong usage.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sdk/conformance/children.h"
#include "sdk/conformance/kit.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace {

namespace fs = std::filesystem;
using gantry::conformance::Finding;

constexpr int kUsage = 125;
constexpr const char* kHelp =
    "usage: gantry-plugin-conformance [--format text|json] [--filter TEXT] [--config JSON]\n"
    "                                 [--work-dir DIR] [--list] [--verbose] FILE\n";

struct Arguments {
  std::string format = "text";
  std::string filter;
  std::string config = "{}";
  fs::path work_dir = fs::temp_directory_path();
  bool list = false;
  bool verbose = false;
  std::string die_in;  // work and folder, for the kit itself
  std::string die_folder;
  std::string file;
};

std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool takes_value =
        word == "--format" || word == "--filter" || word == "--config" || word == "--work-dir";
    if (takes_value && ++i == words.size()) {
      return std::nullopt;
    }
    if (word == "--die-in" && i + 2 < words.size()) {
      arguments.die_in = words[++i];
      arguments.die_folder = words[++i];
    } else if (word == "--format") {
      arguments.format = words[i];
    } else if (word == "--filter") {
      arguments.filter = words[i];
    } else if (word == "--config") {
      arguments.config = words[i];
    } else if (word == "--work-dir") {
      arguments.work_dir = words[i];
    } else if (word == "--list") {
      arguments.list = true;
    } else if (word == "--verbose") {
      arguments.verbose = true;
    } else if (word.starts_with("-") || !arguments.file.empty()) {
      return std::nullopt;
    } else {
      arguments.file = word;
    }
  }
  const bool known = arguments.format == "text" || arguments.format == "json";
  return known && !arguments.file.empty() ? std::optional(arguments) : std::nullopt;
}

void print_text(const Finding& finding) {
  static constexpr const char* kWords[] = {"ok     ", "FAILED ", "skipped"};
  std::printf("%s  %s\n", kWords[static_cast<int>(finding.result)], finding.check.c_str());
  if (!finding.detail.empty()) {
    std::printf("           %s\n", finding.detail.c_str());
  }
  std::fflush(stdout);
}

void print_json(const std::vector<Finding>& findings) {
  gantry::Json checks = gantry::Json::array();
  for (const Finding& finding : findings) {
    checks.push_back({{"name", finding.check},
                      {"result", to_string(finding.result)},
                      {"detail", finding.detail}});
  }
  std::printf("%s\n", gantry::to_text({{"checks", checks}}).c_str());
}

int run(const Arguments& arguments) {
  const gantry_plugin& plugin = gantry::conformance::load(arguments.file);
  if (arguments.list) {
    for (const std::string& name : gantry::conformance::check_names(plugin.kind)) {
      std::printf("%s\n", name.c_str());
    }
    return 0;
  }
  gantry::conformance::Options options;
  options.config_json = arguments.config;
  if (!arguments.die_in.empty()) {
    gantry::conformance::run_and_die(arguments.die_in, plugin, options, arguments.die_folder);
  }
  options.file = fs::absolute(arguments.file);
  options.runner = "/proc/self/exe";
  options.work_dir =
      gantry::make_temp_directory(arguments.work_dir / "gantry-conformance-XXXXXX");
  const gantry::Cleanup remove([&] {
    std::error_code ignored;
    fs::remove(options.work_dir, ignored);  // each check has emptied it
  });
  options.filter = arguments.filter;
  if (arguments.verbose) {
    options.log = [](int level, std::string_view message) {
      std::fprintf(stderr, "log %d: %.*s\n", level, static_cast<int>(message.size()),
                   message.data());
    };
  }
  if (arguments.format == "text") {
    options.on_finding = print_text;
  }
  const std::vector<Finding> findings = gantry::conformance::judge(plugin, options);
  std::size_t counts[3] = {};
  for (const Finding& finding : findings) {
    ++counts[static_cast<std::size_t>(finding.result)];
  }
  if (arguments.format == "json") {
    print_json(findings);
  } else {
    std::printf("%zu passed, %zu failed, %zu skipped\n", counts[0], counts[1], counts[2]);
  }
  return counts[1] == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  try {
    return run(*arguments);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "Error: %s\n", e.what());
    return 2;
  }
}
