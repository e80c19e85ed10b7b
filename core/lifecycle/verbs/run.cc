// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/run.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/verbs/create.h"
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

}  // namespace

RunResult run(engine::Engine& engine, const CreateRequest& request, const RunOptions& options) {
  RunResult result;
  result.id = create(engine, request, {options.progress});
  std::unique_ptr<ports::Attachment> attachment;
  try {
    if (options.created) {
      options.created(result.id);
    }
    StartOptions start_options;
    if (!options.detach) {
      // With a restart policy the end is the monitor's to report: it starts the next run.
      start_options.foreground = request.config.restart.name == "no";
      start_options.before_start = [&] {
        ports::AttachRequest streams = options.streams;
        streams.socket_dir = engine.layout.bundle(result.id);
        streams.terminal = request.config.process.terminal;
        attachment = engine.monitor.attach(streams);
      };
    }
    start(engine, result.id, start_options);
  } catch (...) {
    if (request.config.auto_remove) {
      remove_unstarted(engine, result.id);
    }
    throw;
  }
  if (options.detach) {
    return result;
  }
  const auto recorded = engine.store.read(
      [&](const store::Reader& reader) { return reader.find_state(result.id); });
  if (attachment->run() == ports::AttachEnd::kDetached) {
    result.detached = true;
    return result;
  }
  result.exit_code = finish_foreground(engine, result.id, recorded ? recorded->monitor_pid : 0);
  return result;
}

}  // namespace gantry::lifecycle
