// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_runtime.h"

#include <csignal>

#include "sdk/support/files.h"

namespace gantry::fakes {

namespace {

const char* word_of(FakeStatus status) {
  switch (status) {
    case FakeStatus::kCreating:
      return "creating";
    case FakeStatus::kCreated:
      return "created";
    case FakeStatus::kRunning:
      return "running";
    case FakeStatus::kPaused:
      return "paused";
    case FakeStatus::kStopped:
      return "stopped";
  }
  return "unknown";
}

void require(const FakeContainer& container, const std::string& id,
             std::initializer_list<FakeStatus> allowed) {
  for (const FakeStatus status : allowed) {
    if (container.status == status) {
      return;
    }
  }
  throw Error(Code::kInvalid, "container " + id + " is " + word_of(container.status));
}

}  // namespace

ports::RuntimeCapabilities FakeRuntime::capabilities() {
  return {.pause = true,
          .update = true,
          .checkpoint = true,
          .ps = true,
          .seccomp_bpf = false,
          .no_cgroup = true};
}

Json FakeRuntime::info() {
  return {{"name", name_}, {"version", "1.0"}, {"path", "/fake/" + name_}};
}

ports::RuntimePlan FakeRuntime::create_plan(const ports::CreateRequest&) {
  return {.args = {name_}, .opts = {}, .env = {}, .hide = {}};
}

ports::RuntimePlan FakeRuntime::exec_plan(const std::string&) {
  return {.args = {name_}, .opts = {}, .env = {}, .hide = {}};
}

ports::RuntimePlan FakeRuntime::restore_plan(const ports::RestoreRequest&) {
  return {.args = {name_}, .opts = {}, .env = {}, .hide = {}};
}

void FakeRuntime::start(const std::string& id) {
  const FakeBehaviour behaviour = world_.behaviour(id);
  world_.act("runtime.start", [&] {
    FakeContainer& container = world_.at(id);
    require(container, id, {FakeStatus::kCreated});
    container.status = FakeStatus::kRunning;
  });
  if (behaviour.exits_at_start) {
    world_.exit(id, *behaviour.exits_at_start);
  }
}

Json FakeRuntime::state(const std::string& id) {
  return world_.act("runtime.state", [&] {
    const FakeContainer& container = world_.at(id);
    return Json{{"ociVersion", "1.0.2"},
                {"id", id},
                {"status", word_of(container.status)},
                {"pid", container.pid},
                {"bundle", container.bundle}};
  });
}

void FakeRuntime::kill(const std::string& id, int signal, ports::KillScope) {
  const FakeBehaviour behaviour = world_.behaviour(id);
  bool ends = false;
  world_.act("runtime.kill", [&] {
    FakeContainer& container = world_.at(id);
    if (container.status == FakeStatus::kStopped) {
      throw Error(Code::kNotFound, "container " + id + " has no process");
    }
    container.signals.push_back(signal);
    ends = signal == SIGKILL || (container.status != FakeStatus::kPaused &&
                                 !behaviour.ignored_signals.contains(signal));
  });
  if (ends) {
    world_.exit(id, 128 + signal);
  }
}

void FakeRuntime::remove(const std::string& id, bool force) {
  std::vector<std::string> exit_command;
  bool ended = false;
  world_.act("runtime.remove", [&] {
    const auto found = world_.containers().find(id);
    if (found == world_.containers().end()) {
      return;
    }
    if (!force) {
      require(found->second, id, {FakeStatus::kStopped});
    }
    exit_command = found->second.exit_command;
    ended = world_.end(id, 128 + SIGKILL, false);
    world_.containers().erase(id);
  });
  if (ended) {
    world_.run_exit(exit_command);
  }
}

void FakeRuntime::pause(const std::string& id) {
  world_.act("runtime.pause", [&] {
    FakeContainer& container = world_.at(id);
    require(container, id, {FakeStatus::kRunning});
    container.status = FakeStatus::kPaused;
  });
}

void FakeRuntime::resume(const std::string& id) {
  world_.act("runtime.resume", [&] {
    FakeContainer& container = world_.at(id);
    require(container, id, {FakeStatus::kPaused});
    container.status = FakeStatus::kRunning;
  });
}

void FakeRuntime::update(const std::string& id, const Json&) {
  world_.act("runtime.update", [&] { (void)world_.at(id); });
}

void FakeRuntime::checkpoint(const ports::CheckpointRequest& request) {
  world_.act("runtime.checkpoint", [&] {
    require(world_.at(request.id), request.id, {FakeStatus::kRunning, FakeStatus::kPaused});
    write_file(request.image_path + "/inventory.img", "images");
  });
  if (!request.leave_running && !request.pre_dump) {
    world_.exit(request.id, 128 + SIGKILL);
  }
}

std::vector<int> FakeRuntime::ps(const std::string& id) {
  return world_.act("runtime.ps", [&] { return std::vector<int>{world_.at(id).pid}; });
}

Error FakeRuntime::classify_error(int exit_code, std::string_view output) {
  const Code code = exit_code == 127   ? Code::kNotFound
                    : exit_code == 126 ? Code::kPermission
                                       : Code::kInternal;
  return {code, std::string(output)};
}

}  // namespace gantry::fakes
