// SPDX-License-Identifier: Apache-2.0
#include "cli/documents/container_inspect.h"
#include "cli/values.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

OrderedJson health_of(const model::HealthConfig& health) {
  OrderedJson json{{"Test", health.test}};
  if (health.start_period_ns != 0) {
    json["StartPeriod"] = health.start_period_ns;
  }
  json["Interval"] = health.interval_ns;
  json["Timeout"] = health.timeout_ns;
  json["Retries"] = health.retries;
  return json;
}

OrderedJson startup_of(const model::StartupCheck& startup) {
  return {{"Test", startup.test},
          {"Interval", startup.interval_ns},
          {"Timeout", startup.timeout_ns},
          {"Retries", startup.retries},
          {"Successes", startup.successes}};
}

OrderedJson annotations_of(const model::ContainerConfig& config) {
  std::map<std::string, std::string> all = config.annotations;
  all.emplace("io.container.manager", "gantry");
  all.emplace("org.opencontainers.image.stopSignal", config.process.stop_signal);
  return all;
}

}  // namespace

OrderedJson inspect_config(const model::ContainerConfig& config) {
  const model::ProcessConfig& process = config.process;
  std::vector<std::string> env;
  for (const auto& [name, value] : process.env) {
    env.push_back(name + "=" + value);
  }
  const std::string hostname =
      config.hostname.empty() ? model::short_id(config.id) : config.hostname;
  OrderedJson json{
      {"Hostname", hostname},
      {"Domainname", ""},
      {"User", process.user},
      {"AttachStdin", false},
      {"AttachStdout", false},
      {"AttachStderr", false},
      {"Tty", process.terminal},
      {"OpenStdin", process.stdin_open},
      {"StdinOnce", false},
      {"Env", env},
      {"Cmd", process.command},
      {"Image", config.image_name},
      {"Volumes", nullptr},
      {"WorkingDir", process.workdir},
      {"Entrypoint", join(process.entrypoint, " ")},
      {"OnBuild", nullptr},
      {"Labels", config.labels.empty() ? OrderedJson() : OrderedJson(config.labels)},
      {"Annotations", annotations_of(config)},
      {"StopSignal", parse_int(process.stop_signal).value_or(15)},
      {"HealthcheckOnFailureAction", config.health.on_failure},
      {"CreateCommand", config.create_command},
      {"Umask", process.umask},
      {"Timeout", 0},
      {"StopTimeout", process.stop_timeout},
      {"Passwd", true},
      {"sdNotifyMode", "container"}};
  json["Healthcheck"] = config.health.test.empty() ? OrderedJson() : health_of(config.health);
  if (!config.health.startup.test.empty()) {
    json["StartupHealthCheck"] = startup_of(config.health.startup);
  }
  json["Timezone"] = config.timezone.empty() ? OrderedJson() : OrderedJson(config.timezone);
  return json;
}

}  // namespace gantry::cli
