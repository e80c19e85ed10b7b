// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"
#include "cli/values.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

model::LogConfig read_log(const Options& options) {
  model::LogConfig log;
  log.driver = options.text("log-driver");
  if (log.driver != "k8s-file" && log.driver != "json-file" && log.driver != "none" &&
      log.driver != "passthrough") {
    throw Error(Code::kInvalid, "invalid log driver: \"" + log.driver +
                                    "\" is not k8s-file, json-file, none or passthrough");
  }
  for (const std::string& option : options.list("log-opt")) {
    const auto pair = cut(option, '=');
    const std::string key = pair ? pair->first : option;
    const std::string value = pair ? pair->second : "";
    const auto size = parse_size(value);
    if (key == "path") {
      log.path = value;
    } else if (key == "tag") {
      log.tag = value;
    } else if (key == "max-size" && size) {
      log.max_size = *size;
    } else {
      throw Error(Code::kInvalid, "invalid log option \"" + option +
                                      "\": options are path=, tag= and max-size=SIZE");
    }
  }
  return log;
}

void read_label_file(const std::string& path, std::map<std::string, std::string>& labels) {
  std::vector<std::string> entries;
  for (const std::string& line : split(read_file(path), '\n')) {
    if (!line.empty() && !line.starts_with('#')) {
      entries.push_back(line);
    }
  }
  labels.merge(parse_labels(entries));
}

void check_choices(const Options& options, const lifecycle::CreateRequest& request) {
  if (request.pull != "missing" && request.pull != "always" && request.pull != "newer" &&
      request.pull != "never") {
    throw Error(Code::kInvalid, "unsupported pull policy \"" + request.pull + "\"");
  }
  if (options.flag("rm") && request.config.restart.name != "no") {
    throw Error(Code::kInvalid,
                "the --rm option conflicts with --restart, when the "
                "restartPolicy is not \"\" and \"no\"");
  }
  if (request.replace && request.config.name.empty()) {
    throw Error(Code::kInvalid, "cannot replace container without --name being set");
  }
}

}  // namespace

std::map<std::string, std::string> parse_labels(const std::vector<std::string>& entries) {
  std::map<std::string, std::string> labels;
  for (const std::string& entry : entries) {
    const auto pair = cut(entry, '=');
    const std::string& key = pair ? pair->first : entry;
    if (key.empty()) {
      throw Error(Code::kInvalid, "invalid label format: \"" + entry + "\"");
    }
    labels[key] = pair ? pair->second : "";
  }
  return labels;
}

model::RestartPolicy parse_restart(const std::string& text) {
  const auto pair = cut(text, ':');
  model::RestartPolicy policy;
  policy.name = pair ? pair->first : text;
  if (policy.name.empty()) {
    policy.name = "no";
  }
  const bool known = policy.name == "no" || policy.name == "always" ||
                     policy.name == "on-failure" || policy.name == "unless-stopped";
  if (!known) {
    throw Error(Code::kInvalid,
                "\"" + text + "\" is not a valid restart policy: invalid argument");
  }
  if (pair) {
    const auto retries = parse_uint(pair->second);
    if (policy.name != "on-failure" || !retries) {
      throw Error(
          Code::kInvalid,
          "restart policy retries can only be specified with on-failure restart policy: \"" +
              text + "\"");
    }
    policy.max_retries = static_cast<unsigned>(*retries);
  }
  return policy;
}

void read_object(const Options& options, lifecycle::CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  config.name = options.text("name");
  if (!config.name.empty()) {
    model::require_valid_name(config.name);
  }
  config.hostname = options.text("hostname");
  config.labels = parse_labels(options.list("label"));
  for (const std::string& file : options.list("label-file")) {
    read_label_file(file, config.labels);
  }
  for (const std::string& entry : options.list("annotation")) {
    const auto pair = cut(entry, '=');
    if (!pair) {
      throw Error(Code::kInvalid, "annotations must be formatted KEY=VALUE");
    }
    config.annotations.insert_or_assign(pair->first, pair->second);
  }
  config.auto_remove = options.flag("rm");
  config.cid_file = options.text("cidfile");
  config.pid_file = options.text("pidfile");
  config.conmon_pid_file = options.text("conmon-pidfile");
  config.log = read_log(options);
  config.restart = parse_restart(options.text("restart"));
  config.backends.runtime = options.text("runtime");
  config.backends.storage = options.text("storage-driver");
  config.backends.network = options.text("network-backend");
  request.pull = options.text("pull");
  request.replace = options.flag("replace");
  request.requires_containers = options.list("requires");
  check_choices(options, request);
}

}  // namespace gantry::cli
