// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "cli/create/create_request.h"
#include "cli/values.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::cli {
namespace {

using Environment = std::map<std::string, std::string>;

void add_entry(const std::string& entry, const HostFacts& host, Environment& env) {
  if (const auto pair = cut(entry, '=')) {
    if (pair->first.empty()) {
      throw Error(Code::kInvalid, "invalid environment variable: \"" + entry + "\"");
    }
    env[pair->first] = pair->second;
    return;
  }
  if (entry.ends_with('*')) {
    const std::string prefix = entry.substr(0, entry.size() - 1);
    for (const auto& [name, value] : host.environment) {
      if (name.starts_with(prefix)) {
        env[name] = value;
      }
    }
    return;
  }
  if (const auto found = host.environment.find(entry); found != host.environment.end()) {
    env[entry] = found->second;
  }
}

void add_file(const std::string& path, const HostFacts& host, Environment& env) {
  for (std::string line : split(read_file(path), '\n')) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string::npos || line[start] == '#') {
      continue;
    }
    add_entry(line.substr(start), host, env);
  }
}

// A JSON list is taken word by word, anything else as one word.
std::vector<std::string> parse_entrypoint(const std::string& text) {
  if (text.empty()) {
    return {};
  }
  if (text.starts_with('[')) {
    const Json words = Json::parse(text, nullptr, false);
    const bool texts =
        words.is_array() && std::all_of(words.begin(), words.end(),
                                        [](const Json& word) { return word.is_string(); });
    if (texts) {
      return words.get<std::vector<std::string>>();
    }
  }
  return {text};
}

void add_proxies(const HostFacts& host, Environment& env) {
  for (const char* name : {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY",
                           "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY"}) {
    if (const auto found = host.environment.find(name); found != host.environment.end()) {
      env[name] = found->second;
    }
  }
}

std::string checked_umask(const std::string& text) {
  const bool octal =
      !text.empty() && text.size() <= 4 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
  if (!octal) {
    throw Error(Code::kInvalid, "invalid umask string " + text + ": invalid argument");
  }
  return text;
}

std::string checked_time_zone(const std::string& text) {
  if (!text.empty() && text != "local" &&
      (text.starts_with('/') || text.find("..") != std::string::npos)) {
    throw Error(Code::kInvalid,
                "invalid timezone \"" + text + "\": not a name like Europe/Paris");
  }
  return text;
}

}  // namespace

void read_environment(const std::vector<std::string>& files,
                      const std::vector<std::string>& entries, const HostFacts& host,
                      Environment& env) {
  for (const std::string& file : files) {
    add_file(file, host, env);
  }
  for (const std::string& entry : entries) {
    add_entry(entry, host, env);
  }
}

void read_process(const Options& options, const HostFacts& host,
                  lifecycle::CreateRequest& request) {
  model::ProcessConfig& process = request.config.process;
  const auto optional = [&](const char* name) {
    return options.given(name) ? std::optional(options.text(name)) : std::nullopt;
  };
  if (options.flag("http-proxy")) {
    add_proxies(host, request.env);
  }
  if (options.flag("env-host")) {
    for (const auto& [name, value] : host.environment) {
      request.env[name] = value;
    }
  }
  read_environment(options.list("env-file"), options.list("env"), host, request.env);
  request.unset_env = options.list("unsetenv");
  request.unset_all_env = options.flag("unsetenv-all");
  if (options.given("entrypoint")) {
    request.entrypoint = parse_entrypoint(options.text("entrypoint"));
  }
  request.workdir = optional("workdir");
  if (request.workdir && request.workdir->empty()) {
    request.workdir.reset();
  }
  request.user = optional("user");
  request.stop_signal = optional("stop-signal");
  if (request.workdir && !request.workdir->starts_with('/')) {
    throw Error(Code::kInvalid, "invalid working directory \"" + *request.workdir +
                                    "\": the path must be absolute");
  }
  process.groups = options.list("group-add");
  process.terminal = options.flag("tty");
  process.stdin_open = options.flag("interactive");
  process.umask = checked_umask(options.text("umask"));
  process.stop_timeout = static_cast<unsigned>(options.count("stop-timeout"));
  process.init = options.flag("init");
  process.init_path = options.text("init-path");
  if (options.given("oom-score-adj")) {
    process.oom_score_adj = static_cast<int>(options.integer("oom-score-adj"));
  }
  request.config.timezone = checked_time_zone(options.text("tz"));
}

}  // namespace gantry::cli
