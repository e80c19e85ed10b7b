// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/sync.h"

#include <functional>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/transaction.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

using model::ContainerState;
using model::Status;

namespace {

bool is_active(Status status) {
  return status == Status::kCreated || status == Status::kRunning || status == Status::kPaused;
}

// What a reboot leaves of a state: the past, nothing of the present.
void forget_boot(ContainerState& state) {
  state.pid = 0;
  state.monitor_pid = 0;
  state.mount_point.clear();
  state.netns_path.clear();
  state.network_status = Json::object();
  if (state.status != Status::kExited && state.status != Status::kCreating &&
      state.status != Status::kRemoving) {
    state.status = Status::kConfigured;
  }
}

ports::ExitSource exit_source(const engine::Engine& engine, const std::string& id,
                              const ContainerState& state) {
  return {id, engine.layout.exits(), engine.layout.bundle(id), state.monitor_pid};
}

// REQUIRES: whoever began it has died or failed.
void settle_freezing(engine::Engine& engine, const std::string& id, ContainerState& state) {
  if (!state.freezing) {
    return;
  }
  const auto config =
      engine.store.read([&](const store::Reader& reader) { return reader.find_container(id); });
  if (config && (state.status == Status::kRunning || state.status == Status::kPaused)) {
    try {
      const Json truth = engine.backends.runtime(config->backends.runtime).state(id);
      const std::string status = truth.value("status", "");
      state.status = status == "paused" ? Status::kPaused : Status::kRunning;
      state.checkpointing = state.checkpointing && status == "stopped";
    } catch (const Error& e) {
      if (e.code() != Code::kNotFound) {
        throw e.while_doing("find out whether container " + config->name + " is paused");
      }
      log::debug("container " + config->name + " ended meanwhile: " + e.what());
    }
  }
  state.freezing = false;
  // Without images of its processes, its end was not that of a checkpoint.
  state.checkpointing = state.checkpointing && has_checkpoint(engine.layout, id);
  state.stopped_by_user = state.stopped_by_user || state.checkpointing;
}

void attempt(const std::string& id, const LockOptions& options,
             const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& e) {
    if (!options.go_on) {
      throw;
    }
    log::warning("container " + model::short_id(id) + ": going on, although: " + e.what());
  }
}

}  // namespace

void begin_freezing(engine::Engine& engine, LockedContainer& container) {
  container.state.freezing = true;
  save_state(engine, container);
}

ContainerState observe(engine::Engine& engine, const std::string& id,
                       const ContainerState& recorded) {
  ContainerState state = recorded;
  if (!is_active(state.status) && state.status != Status::kStopped) {
    return state;
  }
  if (state.boot_id != engine.processes.boot_id()) {
    forget_boot(state);
    return state;
  }
  if (!gantry::exists(engine.layout.container_run(id))) {
    // Whoever cleaned up after its end died before it said so; or somebody wiped the run
    // directory, and the monitor may well live on.
    const int monitor = state.monitor_pid;
    state.status = state.status == Status::kStopped ? Status::kExited : state.status;
    forget_boot(state);
    state.monitor_pid = monitor;
    return state;
  }
  if (!is_active(state.status)) {
    return state;
  }
  if (const auto record = engine.monitor.read_exit(exit_source(engine, id, state))) {
    state.status = Status::kStopped;
    state.exit_code = record->exit_code;
    state.finished_ns = record->finished_ns;
    state.oom_killed = record->oom_killed;
    state.pid = 0;
  } else if (!engine.monitor.is_alive(state.monitor_pid, id)) {
    // It may have written the file between our two looks.
    if (engine.monitor.read_exit(exit_source(engine, id, state))) {
      return observe(engine, id, recorded);
    }
    state.status = Status::kStopped;
    state.exit_code = -1;
    state.finished_ns = engine.clock.now_ns();
    state.error =
        "the monitor of the container ended without telling how the container did; "
        "it can be started again";
    state.pid = 0;
  }
  if (state.freezing && !engine.locks.is_held(locks::Kind::kContainer, id)) {
    attempt(id, {.go_on = true}, [&] { settle_freezing(engine, id, state); });
  }
  return state;
}

void save_state(engine::Engine& engine, const LockedContainer& container) {
  engine.store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    writer.put_state(container.config.id, container.state);
  });
}

void deactivate(engine::Engine& engine, LockedContainer& container) {
  const Uncancelled shield;
  StepContext context{engine, container.config, container.state};
  const std::optional<Error> left = play_backwards(
      activate_steps(), context, Journal(engine.layout.journal(container.config.id)));
  const bool past =
      container.state.status == Status::kStopped || container.state.status == Status::kExited;
  if (container.state.status != Status::kRemoving) {
    container.state.status = past ? Status::kExited : Status::kConfigured;
  }
  forget_boot(container.state);
  save_state(engine, container);
  if (left) {
    throw left->while_doing("clean up container " + model::short_id(container.config.id));
  }
}

bool look_again(engine::Engine& engine, LockedContainer& container,
                const LockOptions& options) {
  const std::string id = container.config.id;
  const bool found = engine.store.read([&](const store::Reader& reader) {
    const auto config = reader.find_container(id);
    const auto state = reader.find_state(id);
    if (config && state) {
      container.config = *config;
      container.state = *state;
    }
    return config && state;
  });
  if (!found) {
    return false;
  }
  const Status recorded = container.state.status;
  ContainerState now = observe(engine, id, container.state);
  attempt(id, options, [&] { settle_freezing(engine, id, now); });
  if (is_active(recorded) && now.status == Status::kStopped) {
    announce(engine, container.config, "died",
             {{"containerExitCode", std::to_string(now.exit_code)}});
    if (now.oom_killed) {
      announce(engine, container.config, "oom");
    }
  }
  const bool changed = Json(now) != Json(container.state);
  container.state = now;
  // Whoever died while starting, stopping or through a reboot left an activation that the
  // record does not tell of: nothing of it can be relied on.
  const bool inactive = now.status == Status::kConfigured || now.status == Status::kExited;
  const bool rebooted = inactive && recorded != now.status;
  if (rebooted || (inactive && gantry::exists(engine.layout.container_run(id)))) {
    log::debug("container " + model::short_id(id) + ": undoing an unfinished activation");
    attempt(id, options, [&] { deactivate(engine, container); });
  } else if (changed) {
    save_state(engine, container);
  }
  return true;
}

std::optional<LockedContainer> lock_if_exists(engine::Engine& engine, const std::string& id,
                                              const LockOptions& options) {
  LockedContainer container;
  container.lock = engine.locks.acquire(locks::Kind::kContainer, id, options.patience);
  container.config.id = id;
  if (!look_again(engine, container, options)) {
    container.lock.release_and_forget();
    return std::nullopt;
  }
  return container;
}

LockedContainer lock_container(engine::Engine& engine, const std::string& name_or_id,
                               const LockOptions& options) {
  const std::string id = model::is_full_id(name_or_id)
                             ? name_or_id
                             : engine.store.read([&](const store::Reader& reader) {
                                 return reader.resolve_container(name_or_id);
                               });
  if (std::optional<LockedContainer> container = lock_if_exists(engine, id, options)) {
    return std::move(*container);
  }
  throw Error(Code::kNotFound,
              "no container with name or ID \"" + name_or_id + "\" found: no such container");
}

}  // namespace gantry::lifecycle
