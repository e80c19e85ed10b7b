// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/run.h"

#include "core/lifecycle/activation.h"
#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/provision.h"
#include "core/lifecycle/verbs/attach.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/log/log.h"

namespace gantry::lifecycle {

namespace {

void remove_unstarted(engine::Engine& engine, const std::string& id) noexcept {
  try {
    (void)remove(engine, id, {.force = true, .volumes = true, .depend = false, .timeout_s = 0});
  } catch (const std::exception& e) {
    log::error(std::string("remove the container that did not start: ") + e.what());
  }
}

// Waits for the end of a container attached to, and cleans up after it.
int finish_foreground(engine::Engine& engine, const std::string& id, int monitor_pid) {
  const ports::ExitSource source{id, engine.layout.exits(), engine.layout.bundle(id),
                                 monitor_pid};
  const auto ended = engine.monitor.wait_any({source}, std::nullopt);
  std::optional<LockedContainer> container = lock_if_exists(engine, id);
  if (container && container->state.status == model::Status::kStopped) {
    const int code = container->state.exit_code;
    finish_ended(engine, std::move(*container));
    return code;
  }
  if (container && container->state.status == model::Status::kExited) {
    return container->state.exit_code;
  }
  return ended && ended->record ? ended->record->exit_code : -1;
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
               int monitor_pid) {
  // Nobody reads any more: the container goes on, like one that was detached from.
  if (attachment != nullptr && attachment->run() != ports::AttachEnd::kEnded) {
    return {.id = id, .detached = true};
  }
  return {.id = id, .exit_code = finish_foreground(engine, id, monitor_pid)};
}

}  // namespace

RunResult start_attached(engine::Engine& engine, const std::string& name_or_id,
                         const ports::AttachRequest& streams) {
  const model::ContainerConfig config = inspect(engine, name_or_id).config;
  std::unique_ptr<ports::Attachment> attachment;
  bool started = false;
  StartOptions options;
  options.foreground = config.restart.name == "no";
  options.before_start = [&] {
    started = true;
    attachment = attach_before_start(engine, config, streams);
  };
  start(engine, config.id, options);
  if (!started) {
    attachment = attach(engine, config.id, streams);  // it ran already
  }
  const auto state = engine.store.read(
      [&](const store::Reader& reader) { return reader.find_state(config.id); });
  return stay(engine, config.id, attachment.get(), state ? state->monitor_pid : 0);
}

RunResult run(engine::Engine& engine, const CreateRequest& request, const RunOptions& options) {
  engine.monitor.expect_launch();
  RunResult result;
  std::unique_ptr<ports::Attachment> attachment;
  int monitor_pid = 0;
  {
    LockedContainer container = provision(engine, request, {options.progress});
    const model::ContainerConfig config = container.config;
    result.id = config.id;
    if (!config.auto_remove) {
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
      start_dependencies(engine, config);
      activate(engine, container, start_options, ActivateTo::kRunning);
    } catch (...) {
      container.lock.release();
      if (config.auto_remove) {
        remove_unstarted(engine, result.id);
      }
      throw;
    }
    announce(engine, config, "init");
    announce(engine, config, "start");
    monitor_pid = container.state.monitor_pid;
  }
  if (options.detach) {
    return result;
  }
  return stay(engine, result.id, attachment.get(), monitor_pid);
}

}  // namespace gantry::lifecycle
