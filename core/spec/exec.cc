// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/spec/capabilities.h"
#include "core/spec/spec.h"

namespace gantry::spec {

namespace {

void set_variable(Json& env, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) {
    return;
  }
  const std::string name = assignment.substr(0, equals + 1);
  for (Json& each : env) {
    if (each.get<std::string>().starts_with(name)) {
      each = assignment;
      return;
    }
  }
  env.push_back(assignment);
}

// As for the container's own process: root has the bounding set, others have none.
void set_capabilities(const ExecInput& input, const HostFacts& host, Json& process) {
  Json& capabilities = process["capabilities"];
  if (input.privileged) {
    capabilities["bounding"] = all_capabilities(host);
  } else if (!input.user) {
    return;
  }
  const bool root = process["user"].value("uid", 0U) == 0;
  const Json own = root ? capabilities["bounding"] : Json::array();
  capabilities["effective"] = own;
  capabilities["permitted"] = own;
  capabilities.erase("inheritable");
  capabilities.erase("ambient");
}

}  // namespace

Json build_exec_process(const Json& config_json, const ExecInput& input,
                        const HostFacts& host) {
  if (input.argv.empty()) {
    throw Error(Code::kInvalid, "must provide a non-empty command to start an exec session");
  }
  const auto it = config_json.find("process");
  if (it == config_json.end() || !it->is_object()) {
    throw Error(Code::kCorrupt, "the container's config.json has no process");
  }
  Json process = *it;
  process["args"] = input.argv;
  process["terminal"] = input.terminal;
  process.erase("consoleSize");
  if (!input.workdir.empty()) {
    process["cwd"] = input.workdir;
  }
  Json& env = process["env"];
  if (input.user) {
    Json user{{"uid", input.user->uid}, {"gid", input.user->gid}};
    if (process["user"].contains("umask")) {
      user["umask"] = process["user"]["umask"];
    }
    if (!input.user->groups.empty()) {
      user["additionalGids"] = input.user->groups;
    }
    process["user"] = std::move(user);
    set_variable(env, "HOME=" + input.user->home);
  }
  if (input.terminal && std::none_of(env.begin(), env.end(), [](const Json& each) {
        return each.get<std::string>().starts_with("TERM=");
      })) {
    env.push_back("TERM=xterm");
  }
  for (const std::string& assignment : input.env) {
    set_variable(env, assignment);
  }
  set_capabilities(input, host, process);
  return process;
}

}  // namespace gantry::spec
