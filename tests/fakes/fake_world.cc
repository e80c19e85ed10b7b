// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_world.h"

namespace gantry::fakes {

FakeContainer& FakeWorld::at(const std::string& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) {
    throw Error(Code::kNotFound, "container " + id + " does not exist");
  }
  return found->second;
}

bool FakeWorld::end(const std::string& id, int code, bool oom) {
  FakeContainer& container = at(id);
  if (container.status == FakeStatus::kStopped) {
    return false;
  }
  container.status = FakeStatus::kStopped;
  container.pid = 0;
  clock_ns_ += 1'000'000'000;
  const bool had_monitor = container.monitor_alive;
  if (had_monitor) {
    exits_[id] = {code, clock_ns_, oom};
    container.monitor_alive = false;
  }
  changed_.notify_all();
  return had_monitor;
}

void FakeWorld::run_exit(const std::vector<std::string>& command) {
  if (on_exit_command && !command.empty()) {
    on_exit_command(command);
  }
}

void FakeWorld::exit(const std::string& id, int code, bool oom) {
  std::unique_lock lock(mutex_);
  const std::vector<std::string> command = at(id).exit_command;
  const bool runs = end(id, code, oom);
  lock.unlock();
  if (runs) {
    run_exit(command);
  }
}

void FakeWorld::kill_monitor(const std::string& id) {
  const std::lock_guard lock(mutex_);
  at(id).monitor_alive = false;
  changed_.notify_all();
}

void FakeWorld::reboot() {
  const std::lock_guard lock(mutex_);
  containers_.clear();
  exits_.clear();
  changed_.notify_all();
}

std::optional<FakeContainer> FakeWorld::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = containers_.find(id);
  return found == containers_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> FakeWorld::ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> result;
  for (const auto& [id, container] : containers_) {
    result.push_back(id);
  }
  return result;
}

bool FakeWorld::has_traces(const std::string& id) const { return find(id).has_value(); }

void FakeWorld::set_behaviour(const std::string& id, FakeBehaviour behaviour) {
  const std::lock_guard lock(mutex_);
  behaviours_[id] = std::move(behaviour);
}

FakeBehaviour FakeWorld::behaviour(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = behaviours_.find(id);
  return found == behaviours_.end() ? FakeBehaviour{} : found->second;
}

std::optional<ports::Ended> FakeWorld::look(
    const std::vector<ports::ExitSource>& sources) const {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto record = exits_.find(sources[i].id);
    if (record != exits_.end()) {
      return ports::Ended{i, record->second};
    }
    const auto container = containers_.find(sources[i].id);
    const bool alive = container != containers_.end() && container->second.monitor_alive &&
                       container->second.monitor_pid == sources[i].monitor_pid;
    if (sources[i].monitor_pid > 0 && !alive) {
      return ports::Ended{i, std::nullopt};
    }
  }
  return std::nullopt;
}

std::optional<ports::Ended> FakeWorld::wait_any(
    const std::vector<ports::ExitSource>& sources,
    std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(mutex_);
  std::optional<ports::Ended> ended;
  const auto has_ended = [&] { return (ended = look(sources)).has_value(); };
  if (timeout) {
    (void)changed_.wait_for(lock, *timeout, has_ended);
  } else {
    changed_.wait(lock, has_ended);
  }
  return ended;
}

void FakeWorld::wait_for_end(const std::string& id) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    const auto found = containers_.find(id);
    return found == containers_.end() || !found->second.monitor_alive;
  });
}

}  // namespace gantry::fakes
