// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_monitor.h"

#include "sdk/support/files.h"

namespace gantry::fakes {

namespace {

class FakeLaunch : public ports::Launch {
 public:
  FakeLaunch(FakeWorld& world, std::string id, bool restores)
      : world_(world), id_(std::move(id)), restores_(restores) {}
  ~FakeLaunch() override {
    if (!finished_ && world_.find(id_)) {
      world_.kill_monitor(id_);
    }
  }
  ports::Started finish(std::chrono::milliseconds) override {
    const FakeBehaviour behaviour = world_.behaviour(id_);
    return world_.act("monitor.finish", [&] {
      if (behaviour.create_fails) {
        world_.containers().erase(id_);
        throw ports::RuntimeFailed("OCI runtime error: " + *behaviour.create_fails,
                                   behaviour.create_exit_code, *behaviour.create_fails);
      }
      FakeContainer& container = world_.at(id_);
      container.status = restores_ ? FakeStatus::kRunning : FakeStatus::kCreated;
      container.pid = world_.next_pid();
      finished_ = true;
      return ports::Started{container.pid, container.monitor_pid};
    });
  }

 private:
  FakeWorld& world_;
  std::string id_;
  bool restores_;
  bool finished_ = false;
};

class FakeExec : public ports::Exec {
 public:
  FakeExec(FakeWorld& world, std::string id) : world_(world), id_(std::move(id)) {}
  ports::Started start(std::chrono::milliseconds) override {
    return world_.act("monitor.exec_start", [&] {
      if (world_.at(id_).status != FakeStatus::kRunning) {
        throw ports::RuntimeFailed("OCI runtime error: container is not running", 1,
                                   "container is not running");
      }
      const ports::Started started{world_.next_pid(), world_.next_pid()};
      world_.at(id_).exec_monitors.insert(started.monitor_pid);
      return started;
    });
  }
  int wait() override { return world_.behaviour(id_).exec_exit_code; }

 private:
  FakeWorld& world_;
  std::string id_;
};

class FakeAttachment : public ports::Attachment {
 public:
  FakeAttachment(FakeWorld& world, ports::AttachRequest request, std::string id, bool of_exec)
      : world_(world), request_(std::move(request)), id_(std::move(id)), of_exec_(of_exec) {}
  ports::AttachEnd run() override {
    const FakeBehaviour behaviour = world_.behaviour(id_);
    if (request_.out >= 0) {
      write_all(request_.out, behaviour.output, "output");
    }
    if (behaviour.attach_end == ports::AttachEnd::kEnded && !of_exec_) {
      world_.wait_for_end(id_);
    }
    return behaviour.attach_end;
  }

 private:
  FakeWorld& world_;
  ports::AttachRequest request_;
  std::string id_;
  bool of_exec_;
};

}  // namespace

std::unique_ptr<ports::Launch> FakeMonitor::launch(const ports::LaunchRequest& request) {
  last_launch_ = request;
  world_.act("monitor.launch", [&] {
    if (world_.containers().contains(request.id)) {
      throw ports::RuntimeFailed("OCI runtime error: container exists", 1,
                                 "container with id exists: " + request.id);
    }
    world_.exits().erase(request.id);
    FakeContainer& container = world_.containers()[request.id];
    container.monitor_pid = world_.next_pid();
    container.monitor_alive = true;
    container.bundle = request.bundle;
    container.exit_command = request.exit_command;
  });
  return std::make_unique<FakeLaunch>(world_, request.id, !request.restore_path.empty());
}

std::unique_ptr<ports::Exec> FakeMonitor::exec(const ports::ExecRequest& request) {
  world_.act("monitor.exec", [] {});
  return std::make_unique<FakeExec>(world_, request.container_id);
}

std::unique_ptr<ports::Attachment> FakeMonitor::attach(const ports::AttachRequest& request) {
  bool of_exec = false;
  std::string id = world_.act("monitor.attach", [&] {
    for (const auto& [key, container] : world_.containers()) {
      of_exec = request.socket_dir.find(key + "/exec/") != std::string::npos;
      if ((container.bundle == request.socket_dir || of_exec) && container.monitor_alive) {
        return key;
      }
    }
    throw Error(Code::kNotFound, "nothing to attach to at " + request.socket_dir);
  });
  return std::make_unique<FakeAttachment>(world_, request, std::move(id), of_exec);
}

std::optional<ports::ExitRecord> FakeMonitor::read_exit(const ports::ExitSource& source) {
  return world_.act("monitor.read_exit", [&]() -> std::optional<ports::ExitRecord> {
    const auto found = world_.exits().find(source.id);
    return found == world_.exits().end() ? std::nullopt : std::optional(found->second);
  });
}

void FakeMonitor::clear_exit(const ports::ExitSource& source) {
  world_.act("monitor.clear_exit", [&] { world_.exits().erase(source.id); });
}

bool FakeMonitor::is_alive(int monitor_pid, const std::string& id) {
  return world_.act("monitor.is_alive", [&] {
    const auto found = world_.containers().find(id);
    return found != world_.containers().end() && found->second.monitor_alive &&
           (found->second.monitor_pid == monitor_pid ||
            found->second.exec_monitors.contains(monitor_pid));
  });
}

std::optional<ports::Ended> FakeMonitor::wait_any(
    const std::vector<ports::ExitSource>& sources,
    std::optional<std::chrono::milliseconds> timeout) {
  world_.act("monitor.wait_any", [] {});
  return world_.wait_any(sources, timeout);
}

void FakeMonitor::resize(const std::string&, unsigned, unsigned) {
  world_.act("monitor.resize", [] {});
}

void FakeMonitor::dismiss(int monitor_pid, const std::string& id) noexcept {
  try {
    const std::optional<FakeContainer> container = world_.find(id);
    if (container && (monitor_pid == 0 || container->monitor_pid == monitor_pid)) {
      world_.kill_monitor(id);
    }
  } catch (const std::exception&) {
    // It went away while we looked.
  }
}

}  // namespace gantry::fakes
