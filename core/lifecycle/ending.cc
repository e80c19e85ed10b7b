// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/ending.h"

#include <csignal>
#include <cstdlib>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/signals.h"
#include "core/log/log.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

using model::Status;

namespace {

// SIGKILL is not refused; what takes longer hangs in the kernel, on a dead disk or server.
constexpr std::chrono::seconds kKillPatience{10};

// Without a pid namespace of its own, the end of the first process does not end the others;
// without a cgroup nobody knows which they are.
ports::KillScope scope_of(const model::ContainerConfig& config) {
  const bool alone = config.pid.mode == "private" || config.cgroups == "disabled";
  return alone ? ports::KillScope::kFirst : ports::KillScope::kAll;
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
    // The runtime itself may be what is not there.
    const bool ended =
        e.code() == Code::kNotFound && !engine.processes.alive(container.state.pid);
    if (!ended && !thawed) {
      throw;
    }
    log::debug("ignoring that container " + model::short_id(container.config.id) +
               " ended before the signal: " + e.what());
  }
}

std::optional<LockedContainer> wait_for_end(engine::Engine& engine, LockedContainer container,
                                            int signal, const Ending& ending) {
  const std::string id = container.config.id;
  const ports::ExitSource source{id, engine.layout.exits(), engine.layout.bundle(id),
                                 container.state.monitor_pid};
  const bool kill = signal == SIGKILL;
  if (!ending.keep_lock && !kill) {
    container.lock.release();
  }
  (void)engine.monitor.wait_any(
      {source}, kill ? std::chrono::milliseconds(kKillPatience) : ending.patience);
  if (!container.lock) {
    return lock_if_exists(engine, id);
  }
  return look_again(engine, container) ? std::optional(std::move(container)) : std::nullopt;
}

}  // namespace

std::optional<LockedContainer> end_process(engine::Engine& engine, LockedContainer container,
                                           const Ending& ending) {
  const std::string id = container.config.id;
  const std::string name = container.config.name;
  for (int signal = ending.signal;;) {
    const std::int64_t run = container.state.started_ns;
    send(engine, container, signal);
    std::optional<LockedContainer> again =
        wait_for_end(engine, std::move(container), signal, ending);
    if (!again || !runs(again->state.status)) {
      return again;
    }
    container = std::move(*again);
    if (container.state.started_ns != run) {
      if (!ending.every_run) {
        return container;
      }
      container.state.stopped_by_user = true;  // keeps restart policies out of it
      save_state(engine, container);
      signal = ending.signal;
      continue;
    }
    if (signal == SIGKILL) {
      throw Error(Code::kTimeout, "container " + name +
                                      " did not end within 10 seconds of SIGKILL; a process of "
                                      "it hangs in the kernel");
    }
    log::warning("StopSignal " + signal_name(signal) + " failed to stop container " + name +
                 " in " + std::to_string(ending.patience.count() / 1000) +
                 " seconds, resorting to SIGKILL");
    signal = SIGKILL;
  }
}

void finish_ended(engine::Engine& engine, LockedContainer container) {
  if (container.config.auto_remove && !container.state.checkpointing) {
    remove_locked(engine, std::move(container), {.volumes = true});
    return;
  }
  if (container.state.status == Status::kExited) {
    return;
  }
  deactivate(engine, container);
  announce(engine, container.config, "cleanup");
}

int logged_exit_code(const engine::Engine& engine, const std::string& id,
                     std::int64_t started_ns) {
  events::ReadOptions options;
  options.since_ns = started_ns;
  options.filter.add("container=" + id);
  options.filter.add("event=died");
  int code = -1;
  engine.events.read(options, [&](const events::Event& event) {
    const auto found = event.attributes.find("containerExitCode");
    code = found == event.attributes.end() ? -1 : std::atoi(found->second.c_str());
    return false;
  });
  return code;
}

}  // namespace gantry::lifecycle
