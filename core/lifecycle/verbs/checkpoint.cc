// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/checkpoint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/checkpoint_archive.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/criu_stats.h"
#include "core/lifecycle/ending.h"
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
  if (options.tcp_established) {
    require_connections_possible(config);
  }
}

Error error_of(const std::exception& e) {
  const Error* known = dynamic_cast<const Error*>(&e);
  return known != nullptr ? *known : Error(Code::kInternal, e.what());
}

// The container is as it was.
void take_back(engine::Engine& engine, LockedContainer& container) {
  try {
    container.state.checkpointing = false;
    save_state(engine, container);
    (void)look_again(engine, container);
  } catch (const std::exception& e) {
    log::error(e.what());
  }
}

// Writes the checkpoint. When it throws, the container is as it was; what it answers went
// wrong when the images were whole and the processes had ended.
std::optional<Error> dump(engine::Engine& engine, LockedContainer& container,
                          const CheckpointOptions& options) {
  const Dump how{options.leave_running, options.tcp_established, options.file_locks};
  // Once criu has begun, the processes may be gone before it answers.
  const Uncancelled shield;
  try {
    container.state.checkpointing = !how.leave_running;
    begin_freezing(engine, container);  // whoever finds this unfinished asks the runtime
    StepContext context{engine, container.config, container.state};
    context.dump = &how;
    play(checkpoint_steps(), context, Journal({}));
  } catch (const std::exception& e) {
    const std::string& id = container.config.id;
    if (has_checkpoint(engine.layout, id) &&
        gantry::exists(engine.layout.checkpoint(id) / kUnsynced) &&
        has_ended(engine, container.config, container.state) == true) {
      return error_of(e);
    }
    take_back(engine, container);
    if (!options.keep) {
      drop_checkpoint_logs(engine.layout, id);
    }
    throw;
  }
  return std::nullopt;
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
  announce(engine, container.config, "died",
           {{"containerExitCode", std::to_string(container.state.exit_code)}});
}

void record(engine::Engine& engine, LockedContainer& container, bool ended) {
  container.state.freezing = false;
  if (ended) {
    container.state.stopped_by_user = true;  // keeps restart policies out of it
    record_end(engine, container);
  }
  container.state.checkpointed_ns = engine.clock.now_ns();
  container.state.restored_ns = 0;
  save_state(engine, container);
}

// It holds what the processes have in memory.
void keep_private(int fd, const std::string& name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || (S_ISREG(info.st_mode) && ::fchmod(fd, 0600) != 0)) {
    throw errno_error(errno, "set the mode of " + name);
  }
}

// On the disk when it returns: soon it may be all that there is of the container.
void finish_durably(OutputFile& file, const std::filesystem::path& path) {
  struct stat info {};
  const bool regular = ::fstat(file.fd(), &info) == 0 && S_ISREG(info.st_mode);
  if (regular && ::fsync(file.fd()) != 0) {
    throw errno_error(errno, "write it to the disk");
  }
  file.finish();
  if (regular) {
    sync_directory(std::filesystem::canonical(path).parent_path());
  }
}

void export_checkpoint(engine::Engine& engine, LockedContainer& container,
                       const CheckpointOptions& options, OutputFile& file) {
  try {
    write_checkpoint_archive(engine, container, options, file.fd());
    finish_durably(file, options.export_file);
  } catch (const std::exception& e) {
    throw error_of(e).while_doing("write " + options.export_file);
  }
}

template <typename F>
void unless_failed(std::optional<Error>& failure, F act) {
  if (failure) {
    return;
  }
  try {
    act();
  } catch (const std::exception& e) {
    failure = error_of(e);
  }
}

}  // namespace

CheckpointResult checkpoint(engine::Engine& engine, const std::string& name_or_id,
                            const CheckpointOptions& options) {
  // What cannot be written is told before; and a pipe is waited for without holding the lock.
  std::optional<OutputFile> file;
  if (!options.export_file.empty()) {
    file.emplace(options.export_file);
    keep_private(file->fd(), options.export_file);
  }
  LockedContainer container = lock_container(engine, name_or_id);
  (void)permits(container.state.status, Verb::kCheckpoint, name_or_id);
  require_possible(engine, container.config, options);
  const model::ContainerConfig config = container.config;
  settle_checkpoint(engine, config.id);
  const auto begun = std::chrono::steady_clock::now();
  std::optional<Error> failure = dump(engine, container, options);
  const auto cost = std::chrono::steady_clock::now() - begun;

  const Uncancelled shield;
  CheckpointResult result;
  result.id = config.id;
  result.runtime_us = std::chrono::duration_cast<std::chrono::microseconds>(cost).count();
  result.criu = dump_figures(
      read_file_if_exists(engine.layout.criu(config.id) / "stats-dump").value_or(""));
  const bool ended = !options.leave_running || failure;
  unless_failed(failure, [&] { remove_tree(engine.layout.last_checkpoint(config.id)); });
  std::optional<Error> unrecorded;
  unless_failed(unrecorded, [&] { record(engine, container, ended); });
  failure = failure ? failure : unrecorded;
  if (file) {
    unless_failed(failure, [&] { export_checkpoint(engine, container, options, *file); });
  }
  if (!options.keep) {
    drop_checkpoint_logs(engine.layout, config.id);
  }
  announce(engine, config, "checkpoint");
  if (ended && !unrecorded) {
    container.state.checkpointing = failure.has_value();
    finish_ended(engine, std::move(container));
  }
  if (failure) {
    throw Error(failure->code(), std::string(failure->what()) +
                                     ": the checkpoint itself was kept: gantry container "
                                     "restore " +
                                     config.name);
  }
  return result;
}

}  // namespace gantry::lifecycle
