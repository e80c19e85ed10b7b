// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/conmon_command.h"

#include "sdk/support/files.h"

namespace gantry::monitor {

namespace {

using Argv = std::vector<std::string>;

void add(Argv& argv, std::initializer_list<std::string> words) {
  argv.insert(argv.end(), words);
}

std::string required_program(const std::string& name, const std::string& role) {
  std::optional<std::string> path = find_program(name);
  if (!path) {
    throw Error(Code::kNotFound, role + " " + name + " is not installed");
  }
  return *path;
}

// conmon itself stays in the host's mount namespace: one that it held to the end would keep
// the mounts of other containers alive. So the runtime is what gets the private namespace,
// by way of gantry-hide.
void add_runtime(Argv& argv, const Programs& programs, const ports::RuntimePlan& plan) {
  if (plan.args.empty()) {
    throw Error(Code::kInvalid, "the runtime's plan names no program");
  }
  const std::string runtime = required_program(plan.args.front(), "OCI runtime");
  if (plan.hide.empty()) {
    add(argv, {"-r", runtime});
  } else {
    add(argv, {"-r", required_program(programs.hide, "program")});
    for (const std::string& point : plan.hide) {
      argv.push_back("--runtime-arg=" + point);
    }
    argv.emplace_back("--runtime-arg=--");
    argv.push_back("--runtime-arg=" + runtime);
  }
  for (std::size_t i = 1; i < plan.args.size(); ++i) {
    argv.push_back("--runtime-arg=" + plan.args[i]);
  }
  for (const std::string& option : plan.opts) {
    argv.push_back("--runtime-opt=" + option);
  }
}

void add_log(Argv& argv, const model::LogConfig& log) {
  if (log.driver == "none" || log.driver == "passthrough") {
    add(argv, {"-l", log.driver});
    return;
  }
  // json-file has been written in the k8s-file format by every podman; so it is here.
  if (log.driver != "k8s-file" && log.driver != "json-file") {
    throw Error(Code::kInvalid, "log driver " + log.driver +
                                    " is not supported: use k8s-file, json-file, none or "
                                    "passthrough");
  }
  // conmon takes what follows a second colon for nothing and would write elsewhere.
  if (log.path.empty() || log.path.find(':') != std::string::npos) {
    throw Error(Code::kInvalid,
                "log path \"" + log.path + "\" is not usable: it is empty or has a colon");
  }
  add(argv, {"-l", "k8s-file:" + log.path});
  if (log.max_size > 0) {
    add(argv, {"--log-size-max", std::to_string(log.max_size)});
  }
}

void add_exit_command(Argv& argv, const Argv& command, unsigned delay_s) {
  if (command.empty()) {
    return;
  }
  argv.push_back("--exit-command=" + command.front());
  for (std::size_t i = 1; i < command.size(); ++i) {
    argv.push_back("--exit-command-arg=" + command[i]);
  }
  if (delay_s > 0) {
    add(argv, {"--exit-delay", std::to_string(delay_s)});
  }
}

void add_stdio(Argv& argv, bool terminal, bool stdin_open) {
  if (terminal) {
    argv.emplace_back("-t");
  } else if (stdin_open) {
    argv.emplace_back("-i");
  }
}

void add_preserved(Argv& argv, unsigned count) {
  if (count > 0) {
    argv.emplace_back("--runtime-opt=--preserve-fds");
    argv.push_back("--runtime-opt=" + std::to_string(count));
  }
}

}  // namespace

std::string pid_file_of(const ports::LaunchRequest& request) {
  return request.pid_file.empty() ? request.bundle + "/pidfile" : request.pid_file;
}

std::string pid_file_of(const ports::ExecRequest& request) {
  return request.session_dir + "/pidfile";
}

// --sync spares conmon's second fork: it gets a session of its own from us anyway, and we
// know its pid from birth. --no-sync-log: a log survives the process without an fsync.
Argv launch_argv(const Programs& programs, const ports::LaunchRequest& request) {
  Argv argv{programs.conmon, "--api-version", "--sync", "--no-sync-log", "--full-attach"};
  add(argv, {"-c", request.id, "-u", request.id, "-n", request.name});
  add(argv, {"-b", request.bundle, "-p", pid_file_of(request), "--exit-dir", request.exit_dir});
  if (!request.persist_dir.empty()) {
    add(argv, {"--persist-dir", request.persist_dir});
  }
  add_log(argv, request.log);
  add_stdio(argv, request.terminal, request.stdin_open);
  if (!request.restore_path.empty()) {
    add(argv, {"--restore", request.restore_path});
  }
  add_runtime(argv, programs, request.plan);
  add_preserved(argv, request.preserve_fds);
  add_exit_command(argv, request.exit_command, request.exit_delay_s);
  return argv;
}

// The exit file of an exec is named by the container too, hence a folder of its own.
Argv exec_argv(const Programs& programs, const ports::ExecRequest& request) {
  Argv argv{programs.conmon, "--api-version", "--sync", "--no-sync-log", "--full-attach", "-e"};
  add(argv, {"-c", request.container_id, "-u", request.container_id});
  add(argv, {"-b", request.session_dir, "-p", pid_file_of(request)});
  add(argv, {"--exit-dir", request.session_dir + "/exit"});
  add(argv, {"--exec-process-spec", request.process_file, "-l", "none"});
  if (request.attach) {
    argv.emplace_back("--exec-attach");
  }
  add_stdio(argv, request.terminal, request.stdin_open);
  add_runtime(argv, programs, request.plan);
  add_preserved(argv, request.preserve_fds);
  add_exit_command(argv, request.exit_command, request.exit_delay_s);
  return argv;
}

}  // namespace gantry::monitor
