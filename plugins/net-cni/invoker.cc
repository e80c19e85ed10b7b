// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/invoker.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "plugins/net-cni/lock_wait.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kTimeout{60};

Code code_of_cni(int code) {
  switch (code) {
    case 1:  // incompatible CNI version
    case 2:  // unsupported field
      return Code::kUnsupported;
    case 3:  // container unknown
      return Code::kNotFound;
    case 7:  // invalid network config
      return Code::kInvalid;
    case 11:  // try again later
      return Code::kBusy;
    default:
      return Code::kIo;
  }
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  return text;
}

Error plugin_error(const std::string& type, const Invocation& invocation,
                   const plugin::SpawnResult& result) {
  std::string verb = invocation.command;
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string message = "plugin type=\"" + type + "\" failed (" + verb + "): ";
  const Json answer = Json::parse(result.out, nullptr, false);
  if (answer.is_object() && answer.contains("msg") && answer["msg"].is_string()) {
    message += answer["msg"].get<std::string>();
    if (answer.contains("details") && answer["details"].is_string() &&
        !answer["details"].get_ref<const std::string&>().empty()) {
      message += "; " + answer["details"].get<std::string>();
    }
    const bool numbered = answer.contains("code") && answer["code"].is_number_integer();
    return {code_of_cni(numbered ? answer["code"].get<int>() : 0), message};
  }
  std::string words = trimmed(result.err);
  if (words.empty()) {
    words = trimmed(result.out);
  }
  if (words.empty()) {
    words = "it ended with exit code " + std::to_string(result.exit_code) + " and no message";
  }
  return {Code::kIo, message + words};
}

}  // namespace

Invoker::Invoker(plugin::Host host, std::vector<fs::path> plugin_dirs, const fs::path& run_dir)
    : host_(host),
      plugin_dirs_(std::move(plugin_dirs)),
      tools_dir_(run_dir / "tools"),
      marks_dir_(run_dir / "first-add") {}

// Empty when there is no iptables; the plug-in then says so itself.
std::string Invoker::v4_tools() const {
  const auto iptables = find_program("iptables");
  if (!iptables) {
    return {};
  }
  const fs::path link = tools_dir_ / "iptables";
  if (!gantry::exists(link)) {
    make_directories(tools_dir_, 0755);
    remove_file(link);  // it may point nowhere
    if (::symlink(iptables->c_str(), link.c_str()) != 0 && errno != EEXIST) {
      throw errno_error(errno, "link " + link.string());
    }
  }
  return tools_dir_.string();
}

fs::path Invoker::find(const std::string& type) const {
  std::string searched;
  for (const fs::path& dir : plugin_dirs_) {
    const fs::path path = dir / type;
    if (::access(path.c_str(), X_OK) == 0) {
      return path;
    }
    searched += (searched.empty() ? "" : ", ") + dir.string();
  }
  throw Error(Code::kNotFound, "CNI plugin \"" + type + "\" is not in " + searched +
                                   "; install it or set plugin_dirs in section net-cni");
}

bool Invoker::installed(const std::string& type) const {
  return std::any_of(plugin_dirs_.begin(), plugin_dirs_.end(), [&](const fs::path& dir) {
    return ::access((dir / type).c_str(), X_OK) == 0;
  });
}

std::vector<std::string> Invoker::environment(const Invocation& invocation,
                                              const std::string& type) const {
  // Plug-ins call iptables, which is not in everyone's PATH.
  std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (const char* own = std::getenv("PATH")) {
    path = std::string(own) + ":" + path;
  }
  if (invocation.v4_only && type == "portmap") {
    if (const std::string tools = v4_tools(); !tools.empty()) {
      path = tools;
    }
  }
  std::string dirs;
  for (const fs::path& dir : plugin_dirs_) {
    dirs += (dirs.empty() ? "" : ":") + dir.string();
  }
  return environment_with(
      {"PATH=" + path, "CNI_COMMAND=" + invocation.command,
       "CNI_CONTAINERID=" + invocation.container_id, "CNI_NETNS=" + invocation.netns_path,
       "CNI_IFNAME=" + invocation.interface_name, "CNI_ARGS=" + invocation.args,
       "CNI_PATH=" + dirs},
      "CNI_");
}

plugin::SpawnResult Invoker::spawn(const std::string& program, const Invocation& invocation,
                                   const Json& config) const {
  const auto type = config.at("type").get<std::string>();
  if (invocation.command == "DEL") {
    Command command;
    command.argv = {program};
    command.env = environment(invocation, type);
    command.stdin_data = gantry::to_text(config);
    command.timeout = kTimeout;
    CommandResult ended = run_command(command);
    return {ended.exit_code, std::move(ended.out), std::move(ended.err)};
  }
  plugin::SpawnRequest request;
  request.argv = {program};
  request.env = environment(invocation, type);
  request.stdin_data = gantry::to_text(config);
  request.timeout_ms = std::chrono::milliseconds(kTimeout).count();
  return host_.spawn(request);
}

// The first ADD of a type makes what all others share (chains of portmap and firewall, say).
// Plug-ins look and then make, so two at once fail: until one has succeeded since the run
// directory is there, they go one by one.
plugin::SpawnResult Invoker::add(const std::string& program, const Invocation& invocation,
                                 const Json& config) const {
  const fs::path mark = marks_dir_ / config.at("type").get<std::string>();
  if (gantry::exists(mark)) {
    return spawn(program, invocation, config);
  }
  make_directories(marks_dir_, 0700);
  std::optional<FileLock> lock =
      FileLock::take(marks_dir_ / "lock", LockMode::kExclusive, patient(host_));
  if (gantry::exists(mark)) {
    lock.reset();
  }
  plugin::SpawnResult result = spawn(program, invocation, config);
  if (result.exit_code == 0) {
    write_file(mark, "");
  }
  return result;
}

std::string Invoker::run(const Invocation& invocation, const Json& config) const {
  const auto type = config.at("type").get<std::string>();
  const std::string program = find(type).string();
  plugin::SpawnResult result = invocation.command == "ADD" ? add(program, invocation, config)
                                                           : spawn(program, invocation, config);
  if (result.exit_code != 0) {
    throw plugin_error(type, invocation, result);
  }
  return std::move(result.out);
}

std::vector<std::string> Invoker::versions(const std::string& type) const {
  const Invocation ask{"VERSION", "none", "none", "none", "", false};
  const Json answer = parse_json(run(ask, Json{{"cniVersion", "1.0.0"}, {"type", type}}),
                                 "VERSION answer of CNI plugin " + type);
  return answer.value("supportedVersions", std::vector<std::string>{});
}

}  // namespace gantry::net_cni
