// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/run.h"

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/provision.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/verbs/attach.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/log/log.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

void remove_unstarted(engine::Engine& engine, const std::string& id) noexcept {
  const Uncancelled shield;
  try {
    (void)remove(engine, id, {.force = true, .volumes = true, .depend = false, .timeout_s = 0});
  } catch (const std::exception& e) {
    log::error(std::string("remove the container that did not start: ") + e.what());
  }
}

// One run of a container, from its start to its end.
struct Run {
  int monitor_pid = 0;
  std::int64_t started_ns = 0;
};
Run run_of(const model::ContainerState& state) { return {state.monitor_pid, state.started_ns}; }

// Waits for the end of a container attached to, and cleans up after it.
int finish_foreground(engine::Engine& engine, const std::string& id, const Run& run) {
  const Uncancelled shield;
  const ports::ExitSource source{id, engine.layout.exits(), engine.layout.bundle(id),
                                 run.monitor_pid};
  const auto ended = engine.monitor.wait_any({source}, std::nullopt);
  const bool told = ended && ended->record;
  std::optional<LockedContainer> container = lock_if_exists(engine, id);
  if (!container || container->state.started_ns != run.started_ns) {
    // Removed, or started again, by who was quicker.
    return told ? ended->record->exit_code : logged_exit_code(engine, id, run.started_ns);
  }
  const int code = container->state.exit_code;
  // A restart policy is the exit command's to apply; without a record there will be none.
  if (container->state.status == model::Status::kStopped &&
      (container->config.restart.name == "no" || !told)) {
    finish_ended(engine, std::move(*container));
  }
  return code;
}

// Under passthrough the container has our streams themselves, and conmon offers no socket.
std::unique_ptr<ports::Attachment> attach_before_start(engine::Engine& engine,
                                                       const model::ContainerConfig& config,
                                                       ports::AttachRequest streams) {
  if (config.log.driver == "passthrough") {
    return nullptr;
  }
  streams.socket_dir = engine.layout.bundle(config.id);
  streams.terminal = config.process.terminal;
  return engine.monitor.attach(streams);
}

RunResult stay(engine::Engine& engine, const std::string& id, ports::Attachment* attachment,
               const Run& run) {
  const auto end = attachment != nullptr ? attachment->run() : ports::AttachEnd::kEnded;
  if (end == ports::AttachEnd::kDetached) {
    return {.id = id, .detached = true};
  }
  if (end == ports::AttachEnd::kOutputClosed) {
    return {.id = id, .exit_code = kOutputClosedExit};
  }
  return {.id = id, .exit_code = finish_foreground(engine, id, run)};
}

}  // namespace

RunResult start_attached(engine::Engine& engine, const std::string& name_or_id,
                         const ports::AttachRequest& streams) {
  engine.monitor.expect_launch();
  LockedContainer container = lock_container(engine, name_or_id);
  const model::ContainerConfig config = container.config;
  std::unique_ptr<ports::Attachment> attachment;
  bool started = false;
  StartOptions options;
  options.foreground = config.restart.name == "no";
  options.before_start = [&] {
    started = true;
    attachment = attach_before_start(engine, config, streams);
  };
  (void)start_locked(engine, container, options);
  const Run run = run_of(container.state);
  container.lock.release();
  if (started) {
    announce(engine, config, "attach");
  } else {
    attachment = attach(engine, config.id, streams);  // it ran already
  }
  return stay(engine, config.id, attachment.get(), run);
}

namespace {

// Their locks are not taken under ours. False: somebody else started it meanwhile.
bool bring_up_dependencies(engine::Engine& engine, LockedContainer& container) {
  const model::ContainerConfig config = container.config;
  if (config.depends_on.empty()) {
    return true;
  }
  container.lock.release();
  start_dependencies(engine, config);
  container = lock_container(engine, config.id);
  return permits(container.state.status, Verb::kStart, config.name);
}

}  // namespace

RunResult run(engine::Engine& engine, const CreateRequest& request, const RunOptions& options) {
  engine.monitor.expect_launch();
  RunResult result;
  std::unique_ptr<ports::Attachment> attachment;
  Run started;
  {
    LockedContainer container = provision(engine, request, {options.progress});
    const model::ContainerConfig config = container.config;
    result.id = config.id;
    if (!config.auto_remove || !config.depends_on.empty()) {
      declare_configured(engine, container);
    }
    announce(engine, config, "create");
    StartOptions start_options;
    if (!options.detach) {
      // With a restart policy the end is the monitor's to report: it starts the next run.
      start_options.foreground = config.restart.name == "no";
      start_options.before_start = [&] {
        attachment = attach_before_start(engine, config, options.streams);
      };
    }
    try {
      if (options.created) {
        options.created(result.id);
      }
      if (bring_up_dependencies(engine, container)) {
        activate(engine, container, start_options, ActivateTo::kRunning);
      }
    } catch (...) {
      container.lock.release();
      if (config.auto_remove) {
        remove_unstarted(engine, result.id);
      }
      throw;
    }
    announce(engine, config, "init");
    announce(engine, config, "start");
    if (attachment != nullptr) {
      announce(engine, config, "attach");
    }
    started = run_of(container.state);
  }
  if (options.detach) {
    return result;
  }
  return stay(engine, result.id, attachment.get(), started);
}

}  // namespace gantry::lifecycle
