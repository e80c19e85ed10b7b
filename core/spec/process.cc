// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "core/spec/contributors.h"
#include "core/spec/init_program.h"

namespace gantry::spec {

namespace {

using Environment = std::map<std::string, std::string>;

Environment environment(const SpecInput& input) {
  const model::ContainerConfig& config = input.config;
  Environment env{{"HOME", input.user.home.empty() ? "/" : input.user.home},
                  {"HOSTNAME", input.hostname.empty() ? input.host.hostname : input.hostname}};
  // The bind-mounted /etc/localtime serves images without a zone database; without that
  // file the name is all there is.
  if (!config.timezone.empty() && config.timezone != "local" &&
      input.files.count("/etc/localtime") == 0) {
    env["TZ"] = config.timezone;
  }
  for (const auto* given : {&config.process.env, &input.secret_env}) {
    for (const auto& [name, value] : *given) {
      env[name] = value;
    }
  }
  return env;
}

unsigned parse_umask(const std::string& text) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, 8);
  if (text.empty() || error != std::errc() || rest != end || value > 0777) {
    throw Error(Code::kInvalid, "invalid umask string " + text + ": invalid argument");
  }
  return value;
}

Json user_of(const SpecInput& input) {
  Json user{{"uid", input.user.uid},
            {"gid", input.user.gid},
            {"umask", parse_umask(input.config.process.umask)}};
  if (!input.user.groups.empty()) {
    user["additionalGids"] = input.user.groups;
  }
  return user;
}

std::vector<std::string> arguments(const SpecInput& input) {
  const model::ProcessConfig& process = input.config.process;
  std::vector<std::string> args = process.argv();
  if (args.empty()) {
    throw Error(Code::kInvalid,
                "no command or entrypoint provided, and no CMD or ENTRYPOINT from image");
  }
  if (process.init) {
    if (!has_new_namespace(input, "pid")) {
      throw Error(Code::kInvalid,
                  "cannot add init binary as PID 1 (PID namespace isn't private)");
    }
    args.insert(args.begin(), {kInitInContainer, "--"});
  }
  return args;
}

}  // namespace

void add_process(const SpecInput& input, Json& spec) {
  const model::ContainerConfig& config = input.config;
  Json env = Json::array();
  for (const auto& [name, value] : environment(input)) {
    env.push_back(name + "=" + value);
  }
  Json& process = spec["process"];
  process = {{"terminal", config.process.terminal},
             {"user", user_of(input)},
             {"args", arguments(input)},
             {"env", std::move(env)},
             {"cwd", config.process.workdir.empty() ? "/" : config.process.workdir},
             {"noNewPrivileges", config.security.no_new_privileges}};
  if (config.process.oom_score_adj) {
    process["oomScoreAdj"] = *config.process.oom_score_adj;
  }
}

}  // namespace gantry::spec
