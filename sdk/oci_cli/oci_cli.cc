// SPDX-License-Identifier: Apache-2.0
#include "sdk/oci_cli/oci_cli.h"

#include <utility>

#include "sdk/oci_cli/hybrid_cgroups.h"
#include "sdk/oci_cli/runtime_words.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::oci_cli {

using plugin::Classified;
using plugin::Plan;
using plugin::PlanRequest;

namespace {

Code code_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::kNoContainer:
    case Meaning::kNoProgram:
      return Code::kNotFound;
    case Meaning::kNotExecutable:
      return Code::kPermission;
    case Meaning::kEnded:
    case Meaning::kWrongState:
      return Code::kInvalid;
    case Meaning::kExists:
      return Code::kExists;
    case Meaning::kUnsupported:
      return Code::kUnsupported;
    case Meaning::kUnknown:
      break;
  }
  return Code::kInternal;
}

// An id becomes an argument and a folder name: it must not read as an option or a path.
void require_plain_id(const std::string& id) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-";
  if (id.empty() || id.front() == '-' || id.front() == '.' ||
      id.find_first_not_of(kAllowed) != std::string::npos) {
    throw Error(Code::kInvalid, "container id \"" + id + "\" is not one a runtime can take");
  }
}

// The value after "key: " or "NAME version " in the text of --version.
std::string after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = text.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

void add_path(std::vector<std::string>& options, const char* name, const std::string& path) {
  if (!path.empty()) {
    options.emplace_back(name);
    options.push_back(path);
  }
}

}  // namespace

OciCli::OciCli(const Profile& profile, plugin::Host host, std::string_view config_json)
    : profile_(profile), host_(host) {
  const std::string what = "configuration of runtime " + std::string(profile.name);
  const Json config = parse_json(config_json, what);
  if (!config.is_object()) {
    throw Error(Code::kInvalid, what + " is not a JSON object");
  }
  const std::pair<const char*, std::string*> keys[] = {{"path", &path_}, {"root", &root_}};
  for (const auto& [key, value] : config.items()) {
    std::string* target = nullptr;
    for (const auto& [name, member] : keys) {
      target = key == name ? member : target;
    }
    if (target == nullptr || !value.is_string()) {
      throw Error(Code::kInvalid, what + ": " + key +
                                      (target == nullptr ? " is unknown; keys are path and root"
                                                         : " must be text"));
    }
    *target = value.get<std::string>();
  }
  if (root_.empty()) {
    root_ = host_.run_dir();
  }
}

std::string OciCli::program() const {
  const std::string wanted = path_.empty() ? std::string(profile_.program) : path_;
  if (std::optional<std::string> found = find_program(wanted); found && exists(*found)) {
    return *found;
  }
  throw Error(Code::kNotFound,
              path_.empty() ? "OCI runtime " + wanted +
                                  " is not installed; install it, or set the path of runtime " +
                                  wanted + " in the configuration"
                            : "OCI runtime " + wanted +
                                  " is not there; put it there, or choose another one where "
                                  "that path was chosen");
}

std::vector<std::string> OciCli::hidden() const {
  return profile_.rejects_hybrid_cgroups ? hybrid_cgroup_mounts() : std::vector<std::string>();
}

std::vector<std::string> OciCli::prefix(bool cgroup) const {
  std::vector<std::string> args{program(), "--root", root_, "--log-format=json"};
  const std::string_view flag = cgroup ? profile_.cgroupfs_flag : profile_.no_cgroup_flag;
  if (!flag.empty()) {
    args.emplace_back(flag);
  }
  return args;
}

// Bundle, pid file, console socket and process document are named by the monitor, in words
// that all these runtimes share.
Plan OciCli::plan() const {
  Plan plan;
  plan.args = prefix();
  plan.hide = hidden();
  return plan;
}

Plan OciCli::create_plan(const PlanRequest& request) {
  require_plain_id(request.id);
  const bool cgroup = (request.flags & GANTRY_PLAN_NO_CGROUP) == 0;
  if (!cgroup && profile_.no_cgroup_flag.empty()) {
    throw Error(Code::kUnsupported, "OCI runtime " + std::string(profile_.name) +
                                        " always makes a cgroup for a container");
  }
  Plan result = plan();
  result.args = prefix(cgroup);
  return result;
}

Plan OciCli::exec_plan(const PlanRequest& request) {
  require_plain_id(request.id);
  return plan();
}

Plan OciCli::restore_plan(const PlanRequest& request) {
  require_plain_id(request.id);
  Plan result = plan();
  add_path(result.opts, "--image-path", request.image_path);
  add_path(result.opts, "--work-path", request.work_path);
  if ((request.flags & GANTRY_PLAN_TCP_ESTABLISHED) != 0) {
    result.opts.emplace_back("--tcp-established");
  }
  if ((request.flags & GANTRY_PLAN_FILE_LOCKS) != 0) {
    result.opts.emplace_back("--file-locks");
  }
  return result;
}

OciCli::Outcome OciCli::run(const Call& call) const {
  require_plain_id(call.id);
  plugin::SpawnRequest request;
  request.argv = prefix();
  request.argv.emplace_back(call.verb);
  request.argv.insert(request.argv.end(), call.options.begin(), call.options.end());
  request.argv.push_back(call.id);
  request.argv.insert(request.argv.end(), call.last.begin(), call.last.end());
  request.stdin_data = call.input;
  request.hide = hidden();
  Outcome outcome{true, Meaning::kUnknown, {}, host_.spawn(request)};
  if (outcome.raw.exit_code != 0) {
    outcome.ok = false;
    const std::string& words = outcome.raw.err.empty() ? outcome.raw.out : outcome.raw.err;
    outcome.message = bare_message(profile_, words);
    outcome.meaning = meaning_of(profile_, outcome.message);
    if (outcome.message.empty()) {
      outcome.message = "exit code " + std::to_string(outcome.raw.exit_code);
    }
  }
  return outcome;
}

Error OciCli::failure(const Call& call, const Outcome& outcome) const {
  return {code_of(outcome.meaning), std::string(profile_.name) + " " + std::string(call.verb) +
                                        " of container " + call.id + ": " + outcome.message};
}

void OciCli::require(const Call& call) const {
  if (const Outcome outcome = run(call); !outcome.ok) {
    throw failure(call, outcome);
  }
}

std::string OciCli::info() {
  const std::string path = program();
  const auto answer = [&](const char* what) {
    plugin::SpawnRequest request;
    request.argv = {path, what};
    return host_.spawn(request);
  };
  const std::string version = answer("--version").out;
  Json json{{"name", profile_.name},
            {"path", path},
            {"version", after(version, std::string(profile_.name) + " version ")},
            {"commit", after(version, "commit: ")},
            {"spec", after(version, "spec: ")},
            {"features", Json::object()}};
  if (profile_.has_features) {
    const plugin::SpawnResult features = answer("features");
    if (features.exit_code == 0) {
      json["features"] = parse_json(features.out, "features of " + std::string(profile_.name));
    }
  }
  return to_text(json);
}

void OciCli::start(const std::string& id) { require({.verb = "start", .id = id}); }

std::string OciCli::state(const std::string& id) {
  const Call call{.verb = "state", .id = id};
  Outcome outcome = run(call);
  if (!outcome.ok) {
    throw failure(call, outcome);
  }
  return std::move(outcome.raw.out);
}

void OciCli::kill(const std::string& id, int signal, bool all) {
  Call call{.verb = "kill", .id = id, .last = {std::to_string(signal)}};
  if (all) {
    call.options.emplace_back("--all");
  }
  const Outcome outcome = run(call);
  if (!outcome.ok) {
    throw outcome.meaning == Meaning::kEnded
        ? Error(Code::kNotFound, failure(call, outcome).what())
        : failure(call, outcome);
  }
}

void OciCli::remove(const std::string& id, bool force) {
  Call call{.verb = "delete", .id = id};
  if (force) {
    call.options.emplace_back("--force");
  }
  const Outcome outcome = run(call);
  if (!outcome.ok && outcome.meaning != Meaning::kNoContainer) {
    throw failure(call, outcome);
  }
}

void OciCli::pause(const std::string& id) { require({.verb = "pause", .id = id}); }

void OciCli::resume(const std::string& id) { require({.verb = "resume", .id = id}); }

void OciCli::update(const std::string& id, const std::string& resources_json) {
  require({.verb = "update", .id = id, .options = {"-r", "-"}, .input = resources_json});
}

void OciCli::checkpoint(const plugin::Checkpoint& request) {
  Call call{.verb = "checkpoint", .id = request.id};
  add_path(call.options, "--image-path", request.image_path);
  add_path(call.options, "--work-path", request.work_path);
  add_path(call.options, "--parent-path", request.parent_path);
  constexpr std::pair<std::uint32_t, const char*> kFlags[] = {
      {GANTRY_CHECKPOINT_LEAVE_RUNNING, "--leave-running"},
      {GANTRY_CHECKPOINT_TCP_ESTABLISHED, "--tcp-established"},
      {GANTRY_CHECKPOINT_FILE_LOCKS, "--file-locks"},
      {GANTRY_CHECKPOINT_PRE_DUMP, "--pre-dump"}};
  for (const auto& [bit, name] : kFlags) {
    if ((request.flags & bit) != 0) {
      call.options.emplace_back(name);
    }
  }
  Outcome outcome = run(call);
  if (outcome.ok) {
    return;
  }
  // What cannot be found here is criu on the host, not a program in the container.
  if (outcome.meaning == Meaning::kNoProgram || outcome.meaning == Meaning::kUnsupported) {
    outcome.meaning = Meaning::kUnsupported;
    outcome.message += "; a runtime built with criu, and criu itself, are needed";
  }
  throw failure(call, outcome);
}

std::vector<std::int32_t> OciCli::ps(const std::string& id) {
  const Call call{.verb = "ps", .id = id, .options = {"--format", "json"}};
  const Outcome outcome = run(call);
  if (!outcome.ok) {
    // crun 1.8 crashes on a container whose cgroup is empty; state tells that case apart.
    const Json status = parse_json(state(id), "state of container " + id);
    if (status.value("status", "") == "stopped") {
      return {};
    }
    throw failure(call, outcome);
  }
  const Json pids = parse_json(outcome.raw.out, "process list of container " + id);
  return pids.is_array() ? pids.get<std::vector<std::int32_t>>() : std::vector<std::int32_t>();
}

Classified OciCli::classify_error(int exit_code, std::string_view output) {
  std::string message = bare_message(profile_, output);
  const Meaning meaning = meaning_of(profile_, message);
  if (message.empty()) {
    message = (path_.empty() ? std::string(profile_.name) : "OCI runtime " + path_) +
              " failed with exit code " + std::to_string(exit_code) + " and said nothing";
  }
  return {code_of(meaning), message};
}

}  // namespace gantry::oci_cli
