// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/monitor/real_bundle.h"

#include <unistd.h>

#include "core/model/ids.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/subprocess.h"

namespace gantry::monitor {

namespace fs = std::filesystem;

namespace {

// crun will not work on hybrid cgroups where the v2 hierarchy holds a controller.
std::vector<std::string> hidden_mounts() {
  const fs::path unified = "/sys/fs/cgroup/unified";
  const auto held = read_file_if_exists(unified / "cgroup.controllers");
  return held && !held->empty() && *held != "\n" ? std::vector<std::string>{unified.string()}
                                                 : std::vector<std::string>{};
}

fs::path hide_program() {
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path() /
         "libexec/gantry/gantry-hide";
}

Json process_json(const BundleOptions& options) {
  return {{"terminal", options.terminal},
          {"user", {{"uid", 0}, {"gid", 0}}},
          {"args", options.argv},
          {"env", {"PATH=/bin", "TERM=xterm"}},
          {"cwd", "/"}};
}

}  // namespace

std::string missing_for(const std::string& runtime) {
  if (::geteuid() != 0) {
    return "needs root to run containers";
  }
  for (const std::string& program : {runtime, std::string("conmon"), std::string("busybox")}) {
    if (!find_program(program)) {
      return "needs " + program;
    }
  }
  return "";
}

RealBundle::RealBundle(const std::string& runtime)
    : folder_(make_temp_directory("/tmp/gantry-monitor-test-XXXXXX")),
      id_(model::random_id()),
      runtime_(runtime),
      monitor_({.conmon = "conmon", .hide = hide_program().string()}) {
  const fs::path bin = fs::path(bundle()) / "rootfs/bin";
  fs::create_directories(bin);
  for (const char* name : {"proc", "dev", "tmp", "sys"}) {
    fs::create_directory(fs::path(bundle()) / "rootfs" / name);
  }
  fs::copy_file(*find_program("busybox"), bin / "busybox");
  for (const char* name : {"sh", "cat", "echo", "sleep", "stty", "true", "printf", "seq",
                           "head", "wc", "trap", "kill", "yes", "tail", "ls", "md5sum", "dd"}) {
    fs::create_symlink("busybox", bin / name);
  }
}

RealBundle::~RealBundle() {
  try {
    remove();
    remove_tree(folder_);
  } catch (const std::exception& e) {
    ADD_FAILURE() << "clean up: " << e.what();
  }
}

ports::RuntimePlan RealBundle::plan() const {
  return {.args = {runtime_, "--root", folder_ / "runtime"},
          .opts = {},
          .env = {},
          .hide = hidden_mounts()};
}

std::string RealBundle::run_runtime(const std::vector<std::string>& words, bool must_succeed) {
  Command command;
  command.argv = plan().args;
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.hide = plan().hide;
  const CommandResult result = run_command(command);
  if (must_succeed && result.exit_code != 0) {
    throw std::runtime_error(runtime_ + " " + words.front() + ": " + result.err);
  }
  return result.out;
}

ports::LaunchRequest RealBundle::request(const BundleOptions& options) {
  Json namespaces = Json::array({{{"type", "mount"}}, {{"type", "ipc"}}, {{"type", "uts"}}});
  if (options.own_pid_namespace) {
    namespaces.push_back({{"type", "pid"}});
  }
  Json config = {
      {"ociVersion", "1.0.2"},
      {"process", process_json(options)},
      {"root", {{"path", "rootfs"}, {"readonly", false}}},
      {"hostname", "test"},
      {"mounts",
       {{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
        {{"destination", "/dev"},
         {"type", "tmpfs"},
         {"source", "tmpfs"},
         {"options", {"nosuid", "mode=755"}}},
        {{"destination", "/dev/pts"},
         {"type", "devpts"},
         {"source", "devpts"},
         {"options", {"newinstance", "ptmxmode=0666", "mode=0620"}}}}},
      {"linux", {{"cgroupsPath", "/gantry-monitor-test-" + id_}, {"namespaces", namespaces}}}};
  if (options.memory_limit > 0) {
    config["linux"]["resources"]["memory"]["limit"] = options.memory_limit;
  }
  write_file(bundle() + "/config.json", to_text(config));

  ports::LaunchRequest request;
  request.id = id_;
  request.name = "test";
  request.bundle = bundle();
  request.plan = plan();
  request.exit_dir = folder_ / "exits";
  request.log.path = log_path();
  request.terminal = options.terminal;
  return request;
}

ports::ExecRequest RealBundle::exec_request(const std::vector<std::string>& argv,
                                            bool terminal) {
  const fs::path session = folder_ / ("exec" + std::to_string(execs_++));
  fs::create_directory(session);
  write_file(session / "process.json", to_text(process_json({argv, terminal, true})));
  ports::ExecRequest request;
  request.container_id = id_;
  request.session_dir = session;
  request.process_file = session / "process.json";
  request.plan = plan();
  request.terminal = terminal;
  return request;
}

void RealBundle::start() { (void)run_runtime({"start", id_}, true); }

void RealBundle::kill(int signal) {
  (void)run_runtime({"kill", id_, std::to_string(signal)}, true);
}

void RealBundle::remove() { (void)run_runtime({"delete", "--force", id_}, false); }

ports::Started RealBundle::run(const ports::LaunchRequest& request) {
  const ports::Started started = monitor_.launch(request)->finish(std::chrono::seconds(30));
  start();
  return started;
}

ports::ExitSource RealBundle::source(int monitor_pid) const {
  return {id_, folder_ / "exits", bundle(), monitor_pid};
}

ports::Ended RealBundle::wait(int monitor_pid) {
  const auto ended = monitor_.wait_any({source(monitor_pid)}, std::chrono::minutes(1));
  if (!ended) {
    throw std::runtime_error("the container did not end within a minute");
  }
  return *ended;
}

}  // namespace gantry::monitor
