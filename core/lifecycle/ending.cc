// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/ending.h"

#include <csignal>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/removal.h"
#include "core/log/log.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

using model::Status;

namespace {

// SIGKILL is not refused; what takes longer hangs in the kernel, on a dead disk or server.
constexpr std::chrono::seconds kKillPatience{10};

bool runs(const model::ContainerState& state) {
  return state.status == Status::kRunning || state.status == Status::kPaused;
}

// Without a pid namespace of its own, the end of the first process does not end the others.
ports::KillScope scope_of(const model::ContainerConfig& config) {
  return config.pid.mode == "private" ? ports::KillScope::kFirst : ports::KillScope::kAll;
}

void send(engine::Engine& engine, const LockedContainer& container, int signal) {
  ports::Runtime& runtime = engine.backends.runtime(container.config.backends.runtime);
  try {
    runtime.kill(container.config.id, signal, scope_of(container.config));
    if (container.state.status == Status::kPaused) {
      runtime.resume(container.config.id);  // a frozen process does not die
    }
  } catch (const Error& e) {
    // Some runtimes thaw what they kill: there is nothing to resume then.
    const bool thawed = e.code() == Code::kInvalid && container.state.status == Status::kPaused;
    if (e.code() != Code::kNotFound && !thawed) {
      throw;
    }
    log::debug("ignoring that container " + model::short_id(container.config.id) +
               " ended before the signal: " + e.what());
  }
}

}  // namespace

std::optional<LockedContainer> end_process(engine::Engine& engine, LockedContainer container,
                                           int signal, std::chrono::milliseconds patience) {
  const std::string id = container.config.id;
  const std::string name = container.config.name;
  for (;;) {
    send(engine, container, signal);
    const ports::ExitSource source{id, engine.layout.exits(), engine.layout.bundle(id),
                                   container.state.monitor_pid};
    container.lock.release();
    (void)engine.monitor.wait_any(
        {source}, signal == SIGKILL ? std::chrono::milliseconds(kKillPatience) : patience);
    std::optional<LockedContainer> again = lock_if_exists(engine, id);
    if (!again || !runs(again->state)) {
      return again;
    }
    container = std::move(*again);
    if (signal == SIGKILL) {
      throw Error(Code::kTimeout, "container " + name +
                                      " did not end within 10 seconds of SIGKILL; a process of "
                                      "it hangs in the kernel");
    }
    log::warning("StopSignal " + std::to_string(signal) + " failed to stop container " + name +
                 " in " + std::to_string(patience.count() / 1000) +
                 " seconds, resorting to SIGKILL");
    signal = SIGKILL;
  }
}

void finish_ended(engine::Engine& engine, LockedContainer container) {
  if (container.config.auto_remove) {
    remove_locked(engine, std::move(container), {.volumes = true});
    return;
  }
  deactivate(engine, container);
  announce(engine, container.config, "cleanup");
}

}  // namespace gantry::lifecycle
