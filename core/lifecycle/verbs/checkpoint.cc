// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/checkpoint.h"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_archive.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/criu_stats.h"
#include "core/lifecycle/durability.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/transaction.h"
#include "core/log/log.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/output_file.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

// Its processes are dead by then; what is awaited is the monitor's word.
constexpr std::chrono::seconds kEndPatience{10};

void require_possible(engine::Engine& engine, const model::ContainerConfig& config,
                      const CheckpointOptions& options) {
  const std::string& runtime = config.backends.runtime;
  if (!engine.backends.runtime(runtime).capabilities().checkpoint) {
    throw Error(Code::kUnsupported, "OCI runtime " + runtime +
                                        " does not support checkpoint/restore: create the "
                                        "container with one that does");
  }
  if (config.auto_remove && options.export_file.empty() && !options.leave_running) {
    throw Error(Code::kInvalid,
                "cannot checkpoint containers that have been started with '--rm' unless "
                "'--export' is used");
  }
}

// Writes the images. When it throws, the container is as it was.
void dump(engine::Engine& engine, LockedContainer& container,
          const CheckpointOptions& options) {
  const Dump how{options.leave_running, options.tcp_established, options.file_locks};
  const bool stopped_by_user = container.state.stopped_by_user;
  // Keeps restart policies out of it; and whoever finds this unfinished asks the runtime.
  container.state.stopped_by_user = stopped_by_user || !how.leave_running;
  begin_freezing(engine, container);
  StepContext context{engine, container.config, container.state};
  context.dump = &how;
  try {
    play(checkpoint_steps(), context, Journal({}));
  } catch (...) {
    const Uncancelled shield;
    try {
      container.state.stopped_by_user = stopped_by_user;
      save_state(engine, container);
      (void)look_again(engine, container);
    } catch (const std::exception& e) {
      log::error(e.what());
    }
    if (!options.keep) {
      drop_checkpoint_logs(engine.layout, container.config.id);
    }
    throw;
  }
}

// What the monitor says of the end. One that says nothing is dealt with as always.
void record_end(engine::Engine& engine, LockedContainer& container) {
  const std::string& id = container.config.id;
  const ports::ExitSource source{id, engine.layout.exits(), engine.layout.bundle(id),
                                 container.state.monitor_pid};
  (void)engine.monitor.wait_any({source}, std::chrono::milliseconds(kEndPatience));
  const auto record = engine.monitor.read_exit(source);
  container.state.status = model::Status::kStopped;
  container.state.pid = 0;
  container.state.exit_code = record ? record->exit_code : -1;
  container.state.finished_ns = record ? record->finished_ns : engine.clock.now_ns();
}

void export_checkpoint(engine::Engine& engine, LockedContainer& container,
                       const CheckpointOptions& options, OutputFile& file) {
  try {
    write_checkpoint_archive(engine, container, options, file.fd());
    file.finish();
  } catch (const Error& e) {
    if (container.config.auto_remove) {
      // Nothing else of its processes is left.
      container.config.auto_remove = false;
      engine.store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
        writer.update_container(container.config);
      });
    }
    throw Error(e.code(), std::string(e.what()) + ": the checkpoint itself was kept: gantry " +
                              "container restore " + container.config.name);
  }
}

// It holds what the processes have in memory.
void keep_private(int fd, const std::string& name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || (S_ISREG(info.st_mode) && ::fchmod(fd, 0600) != 0)) {
    throw errno_error(errno, "set the mode of " + name);
  }
}

// Nothing of it runs any more: cleaned up, and under --rm removed.
void clean_up(engine::Engine& engine, LockedContainer container) {
  deactivate(engine, container);
  if (container.config.auto_remove) {
    remove_locked(engine, std::move(container), {.volumes = true});
  }
}

}  // namespace

CheckpointResult checkpoint(engine::Engine& engine, const std::string& name_or_id,
                            const CheckpointOptions& options) {
  std::optional<OutputFile> file;
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kCheckpoint, name_or_id);
  require_possible(engine, container.config, options);
  if (!options.export_file.empty()) {
    file.emplace(options.export_file);  // what cannot be written is told before
    keep_private(file->fd(), options.export_file);
  }
  const model::ContainerConfig config = container.config;
  settle_checkpoint(engine.layout, config.id);
  const auto begun = std::chrono::steady_clock::now();
  dump(engine, container, options);
  const auto cost = std::chrono::steady_clock::now() - begun;

  const Uncancelled shield;
  remove_tree(engine.layout.last_checkpoint(config.id));
  CheckpointResult result;
  result.id = config.id;
  result.runtime_us = std::chrono::duration_cast<std::chrono::microseconds>(cost).count();
  result.criu = dump_figures(
      read_file_if_exists(engine.layout.criu(config.id) / "stats-dump").value_or(""));
  container.state.freezing = false;
  if (!options.leave_running) {
    record_end(engine, container);
  }
  container.state.checkpointed_ns = engine.clock.now_ns();
  container.state.restored_ns = 0;
  save_state(engine, container);
  std::optional<Error> unwritten;
  if (file) {
    try {
      export_checkpoint(engine, container, options, *file);
    } catch (const Error& e) {
      unwritten = e;
    }
  }
  if (!options.keep) {
    drop_checkpoint_logs(engine.layout, config.id);
  }
  announce(engine, config, "checkpoint");
  if (!options.leave_running) {
    clean_up(engine, std::move(container));
  }
  if (unwritten) {
    throw Error(*unwritten);
  }
  return result;
}

}  // namespace gantry::lifecycle
