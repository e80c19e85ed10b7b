// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/exec.h"

#include "core/lifecycle/verbs/run.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/invocation_error.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "core/spec/spec.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

constexpr std::chrono::minutes kStartTimeout{4};

// Who stays to the end forgets the session himself and dismisses the monitor; for whoever was
// killed or sent away the monitor's exit command does it, after this many seconds.
constexpr unsigned kForegroundExitDelay = 2;

// The session's record and folder; both gone when it is, unless the command lives on.
class Session {
 public:
  Session(engine::Engine& engine, model::ExecSession record)
      : engine_(engine), record_(std::move(record)) {
    make_directories(folder(), 0700);
    engine_.store.write(ports::Durability::kRelaxed,
                        [&](store::Writer& writer) { writer.put_exec(record_); });
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (!kept_) {
      forget_exec(engine_, record_.container_id, record_.id);
    }
  }
  [[nodiscard]] std::filesystem::path folder() const {
    return engine_.layout.exec(record_.container_id, record_.id);
  }
  [[nodiscard]] const std::string& id() const { return record_.id; }
  void started(const ports::Started& pids) {
    record_.running = true;
    record_.pid = pids.pid;
    record_.monitor_pid = pids.monitor_pid;
    engine_.store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
      // Not when the container was removed meanwhile, and its sessions with it.
      if (writer.find_exec(record_.container_id, record_.id)) {
        writer.put_exec(record_);
      }
    });
  }
  void keep() { kept_ = true; }

 private:
  engine::Engine& engine_;
  model::ExecSession record_;
  bool kept_ = false;
};

model::ExecSession record_of(const engine::Engine& engine, const LockedContainer& container,
                             const ExecRequest& request) {
  model::ExecSession record;
  record.id = model::random_id();
  record.container_id = container.config.id;
  record.argv = request.argv;
  record.env = request.env;
  record.workdir = request.workdir;
  record.user = request.user;
  record.terminal = request.terminal;
  record.stdin_open = request.stdin_open;
  record.privileged = request.privileged;
  record.client_pid = ::getpid();
  record.created_ns = engine.clock.now_ns();
  return record;
}

Json process_document(const engine::Engine& engine, const LockedContainer& container,
                      const ExecRequest& request) {
  spec::ExecInput input;
  input.argv = request.argv;
  input.env = request.env;
  input.workdir = request.workdir;
  input.terminal = request.terminal;
  input.privileged = request.privileged;
  if (!request.user.empty()) {
    const UniqueFd root = open_file(container.state.mount_point, O_PATH | O_DIRECTORY);
    input.user = spec::resolve_user(root.get(), request.user, container.config.process.groups);
  }
  const auto config = engine.layout.bundle(container.config.id) / "config.json";
  return spec::build_exec_process(parse_json(read_file(config), config.string()), input,
                                  spec::probe_host());
}

// What a runtime says when the container ends beneath it depends on the instant. Its first
// process is the last to be gone, and then there is no doubt.
[[noreturn]] void refuse(const engine::Engine& engine, const LockedContainer& container,
                         const Error& error) {
  const bool of_command = error.code() == Code::kNotFound || error.code() == Code::kPermission;
  const std::chrono::seconds patience{of_command ? 0 : 1};
  if (engine.processes.wait_gone(container.state.pid, patience)) {
    throw Error(Code::kNotFound, "container " + container.config.name +
                                     " ended just now: container is not running");
  }
  throw InvocationError(error);
}

}  // namespace

void forget_exec(engine::Engine& engine, const std::string& container,
                 const std::string& session) noexcept {
  try {
    const Uncancelled shield;
    remove_tree(engine.layout.exec(container, session));
    engine.store.write(ports::Durability::kRelaxed,
                       [&](store::Writer& writer) { writer.remove_exec(container, session); });
  } catch (const std::exception& e) {
    log::warning("ignoring that exec session " + session +
                 " could not be forgotten: " + e.what());
  }
}

int exec(engine::Engine& engine, const std::string& name_or_id, const ExecRequest& request,
         const ports::AttachRequest& streams, std::string* ret_session) {
  if (request.argv.empty()) {
    throw Error(Code::kInvalid, "must provide a non-empty command to start an exec session");
  }
  engine.monitor.expect_launch();
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kExec, name_or_id);
  ports::Runtime& runtime = engine.backends.runtime(container.config.backends.runtime);
  const std::string id = container.config.id;
  Session session(engine, record_of(engine, container, request));
  const std::string folder = session.folder();
  write_file(folder + "/process.json", to_text(process_document(engine, container, request)),
             0600);
  container.lock.release();

  ports::ExecRequest launch;
  launch.container_id = id;
  launch.session_dir = folder;
  launch.process_file = folder + "/process.json";
  launch.plan = runtime.exec_plan(id);
  launch.attach = !request.detach;
  launch.terminal = request.terminal;
  launch.stdin_open = request.stdin_open;
  launch.preserve_fds = request.preserve_fds;
  launch.exit_command = engine.settings.exit_command;
  launch.exit_command.insert(launch.exit_command.end(), {"--exec", session.id(), id});
  launch.exit_delay_s = request.detach ? 0 : kForegroundExitDelay;
  announce(engine, container.config, "exec", {{"execID", session.id()}});
  try {
    const std::unique_ptr<ports::Exec> running = engine.monitor.exec(launch);
    std::unique_ptr<ports::Attachment> attachment;
    if (!request.detach) {
      ports::AttachRequest attach = streams;
      attach.socket_dir = folder;
      attach.terminal = request.terminal;
      attachment = engine.monitor.attach(attach);
    }
    const ports::Started pids = running->start(kStartTimeout);
    session.started(pids);
    if (request.started) {
      request.started(pids);
    }
    if (ret_session != nullptr) {
      *ret_session = session.id();
    }
    const auto end = request.detach ? ports::AttachEnd::kDetached : attachment->run();
    if (end != ports::AttachEnd::kEnded) {
      session.keep();
      return end == ports::AttachEnd::kDetached ? 0 : kOutputClosedExit;
    }
    const Cleanup over([&] { engine.monitor.dismiss(pids.monitor_pid, id); });
    const int code = running->wait();
    announce(engine, container.config, "exec_died",
             {{"execID", session.id()}, {"exitCode", std::to_string(code)}});
    return code;
  } catch (const ports::RuntimeFailed& failure) {
    refuse(engine, container, runtime.classify_error(failure.exit_code(), failure.output()));
  }
}

}  // namespace gantry::lifecycle
