// SPDX-License-Identifier: Apache-2.0
#include "core/hooks/hook.h"

#include <algorithm>
#include <array>
#include <climits>

#include "sdk/support/files.h"

namespace gantry::hooks {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 7> kStages{
    "prestart",       "precreate", "createRuntime", "createContainer",
    "startContainer", "poststart", "poststop"};

// std::regex recurses for each character, and an image chooses the command. No program has a
// longer path; for the rest it is long enough.
bool finds(const std::string& text, const std::regex& pattern) {
  if (text.size() > PATH_MAX) {
    throw Error(Code::kInvalid, "\"" + text.substr(0, 64) + "…\" has " +
                                    std::to_string(text.size()) +
                                    " bytes, too many to be matched by a hook's condition");
  }
  return std::regex_search(text, pattern);
}

std::regex regex_of(const std::string& text) {
  try {
    return std::regex(text, std::regex::ECMAScript);
  } catch (const std::regex_error&) {
    throw Error(Code::kInvalid, "invalid regular expression \"" + text + "\"");
  }
}

When when_of(const Json& json) {
  When when;
  if (json.contains("always")) {
    when.always = json.at("always").get<bool>();
  }
  if (json.contains("hasBindMounts")) {
    when.has_bind_mounts = json.at("hasBindMounts").get<bool>();
  }
  const Json annotations = json.value("annotations", Json::object());
  for (const auto& [key, value] : annotations.items()) {
    when.annotations.emplace_back(regex_of(key), regex_of(value.get<std::string>()));
  }
  for (const Json& command : json.value("commands", Json::array())) {
    when.commands.push_back(regex_of(command.get<std::string>()));
  }
  return when;
}

std::vector<std::string> stages_of(const Json& json) {
  auto stages = json.value("stages", std::vector<std::string>{});
  if (stages.empty()) {
    throw Error(Code::kInvalid, "\"stages\" must name one stage at least");
  }
  for (const std::string& stage : stages) {
    if (std::find(kStages.begin(), kStages.end(), stage) == kStages.end()) {
      throw Error(Code::kInvalid, "unknown stage \"" + stage + "\"");
    }
  }
  return stages;
}

Hook hook_of(const Json& json) {
  if (json.value("version", "") != "1.0.0") {
    throw Error(Code::kInvalid, "unrecognized hook version: \"" + json.value("version", "") +
                                    "\"; it must be 1.0.0");
  }
  Hook hook;
  hook.program = program_from(json.at("hook"));
  if (!fs::path(hook.program.path).is_absolute()) {
    throw Error(Code::kInvalid,
                "hook path \"" + hook.program.path + "\" is not an absolute path");
  }
  hook.when = when_of(json.at("when"));
  hook.stages = stages_of(json);
  return hook;
}

}  // namespace

Json to_json(const Program& program) {
  Json json{{"path", program.path}};
  if (!program.args.empty()) {
    json["args"] = program.args;
  }
  if (!program.env.empty()) {
    json["env"] = program.env;
  }
  if (program.timeout_s) {
    json["timeout"] = *program.timeout_s;
  }
  return json;
}

Program program_from(const Json& json) {
  Program program;
  program.path = json.at("path").get<std::string>();
  program.args = json.value("args", std::vector<std::string>{});
  program.env = json.value("env", std::vector<std::string>{});
  if (json.contains("timeout")) {
    program.timeout_s = json.at("timeout").get<int>();
    if (*program.timeout_s <= 0) {
      throw Error(Code::kInvalid, "\"timeout\" must be above 0 seconds");
    }
  }
  return program;
}

bool When::fits(const Subject& subject) const {
  bool given = false;
  if (always) {
    if (!*always) {
      return false;
    }
    given = true;
  }
  if (has_bind_mounts) {
    if (!*has_bind_mounts || !subject.has_bind_mounts) {
      return false;
    }
    given = true;
  }
  for (const auto& wanted : annotations) {
    if (!std::any_of(
            subject.annotations.begin(), subject.annotations.end(), [&](const auto& one) {
              return finds(one.first, wanted.first) && finds(one.second, wanted.second);
            })) {
      return false;
    }
    given = true;
  }
  if (!commands.empty()) {
    given = true;
    if (!std::any_of(commands.begin(), commands.end(), [&](const std::regex& command) {
          return finds(subject.command, command);
        })) {
      return false;
    }
  }
  return given;
}

std::optional<Hook> read_hook(const fs::path& file) {
  try {
    Hook hook = hook_of(parse_json(read_file(file), "hook"));
    return gantry::exists(hook.program.path) ? std::optional(std::move(hook)) : std::nullopt;
  } catch (const Error& e) {
    throw Error(Code::kInvalid, "parsing hook \"" + file.string() + "\": " + e.what());
  } catch (const Json::exception& e) {
    throw Error(Code::kInvalid, "parsing hook \"" + file.string() + "\": " + e.what());
  }
}

std::vector<Hook> read_hooks(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> files;  // by name: the order, and the later one wins
  for (const fs::path& folder : folders) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(folder, missing)) {
      if (entry.path().extension() == ".json") {
        files[entry.path().filename()] = entry.path();
      }
    }
  }
  std::vector<Hook> hooks;
  for (const auto& [name, path] : files) {
    if (std::optional<Hook> hook = read_hook(path)) {
      hooks.push_back(std::move(*hook));
    }
  }
  return hooks;
}

Chosen choose(const std::vector<Hook>& hooks, const Subject& subject) {
  Chosen chosen;
  for (const Hook& hook : hooks) {
    if (!hook.when.fits(subject)) {
      continue;
    }
    for (const std::string& stage : hook.stages) {
      if (stage == "precreate") {
        chosen.precreate.push_back(hook.program);
      } else if (stage == "poststop") {
        chosen.poststop.push_back(hook.program);
      } else {
        chosen.runtime[stage].push_back(to_json(hook.program));
      }
    }
  }
  return chosen;
}

}  // namespace gantry::hooks
