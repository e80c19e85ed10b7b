// SPDX-License-Identifier: Apache-2.0
#include "core/hooks/run_hook.h"

#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::hooks {

namespace {

std::string run(const Program& hook, const std::string& input) {
  Command command;
  command.argv = {hook.path};
  if (!hook.args.empty()) {
    command.argv.insert(command.argv.end(), hook.args.begin() + 1, hook.args.end());
  }
  command.env = hook.env;
  command.stdin_data = input;
  command.timeout = std::chrono::seconds(hook.timeout_s.value_or(kDefaultTimeoutSeconds));
  CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    throw Error(Code::kInvalid, "hook " + hook.path + " failed with exit code " +
                                    std::to_string(result.exit_code) + ": " + result.err);
  }
  return std::move(result.out);
}

}  // namespace

Json run_precreate(const std::vector<Program>& hooks, Json spec) {
  for (const Program& hook : hooks) {
    const std::string out = run(hook, to_text(spec));
    if (out.find_first_not_of(" \t\r\n") == std::string::npos) {
      continue;
    }
    spec = parse_json(out, "the configuration that precreate hook " + hook.path + " printed");
    if (!spec.is_object() || !spec.contains("process") || !spec.contains("root")) {
      throw Error(Code::kInvalid, "what precreate hook " + hook.path +
                                      " printed is no OCI configuration: it lacks \"process\" "
                                      "or \"root\"");
    }
  }
  return spec;
}

void keep_poststop(const std::filesystem::path& file, const std::vector<Program>& hooks,
                   const Json& spec) {
  if (hooks.empty()) {
    remove_file(file);
    return;
  }
  Json kept{{"annotations", spec.value("annotations", Json::object())},
            {"ociVersion", spec.value("ociVersion", "")},
            {"hooks", Json::array()}};
  for (const Program& hook : hooks) {
    kept["hooks"].push_back(to_json(hook));
  }
  write_file(file, to_text(kept), 0600);
}

std::vector<std::string> run_poststop(const std::filesystem::path& file, const std::string& id,
                                      const std::filesystem::path& bundle) noexcept {
  std::vector<std::string> failures;
  try {
    const std::optional<std::string> text = read_file_if_exists(file);
    if (!text) {
      return failures;
    }
    remove_file(file);
    const Json kept = parse_json(*text, file.string());
    const std::string state = to_text(Json{{"ociVersion", kept.at("ociVersion")},
                                           {"id", id},
                                           {"status", "stopped"},
                                           {"bundle", bundle.string()},
                                           {"annotations", kept.at("annotations")}});
    for (const Json& hook : kept.at("hooks")) {
      try {
        (void)run(program_from(hook), state);
      } catch (const std::exception& e) {
        failures.push_back(std::string("poststop: ") + e.what());
      }
    }
  } catch (const std::exception& e) {
    failures.push_back(std::string("poststop hooks: ") + e.what());
  }
  return failures;
}

}  // namespace gantry::hooks
