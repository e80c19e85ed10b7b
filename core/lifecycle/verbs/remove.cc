// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/remove.h"

#include <csignal>
#include <cstdlib>

#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/removal.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/log/log.h"

namespace gantry::lifecycle {

namespace {

std::vector<std::string> find_dependents(const engine::Engine& engine, const std::string& id) {
  return engine.store.read(
      [&](const store::Reader& reader) { return dependents_of(reader, id); });
}

void refuse_running(const LockedContainer& container) {
  if (runs(container.state.status)) {
    throw StateError("cannot remove container " + container.config.id + " as it is " +
                     std::string(model::name_of(container.state.status)) +
                     " - running or paused containers cannot be removed without "
                     "force: container state improper");
  }
}

// Removing ends it too, whatever its runtime says to signals.
std::optional<LockedContainer> end_or_go_on(engine::Engine& engine, LockedContainer container,
                                            int signal, std::chrono::milliseconds patience) {
  const std::string id = container.config.id;
  try {
    return end_process(engine, std::move(container),
                       {.signal = signal, .patience = patience, .every_run = true});
  } catch (const Error& e) {
    if (e.code() == Code::kCancelled) {
      throw;
    }
    log::warning("container " + id +
                 ": going on, although it could not be stopped: " + e.what());
  }
  return lock_if_exists(engine, id, {.go_on = true});
}

}  // namespace

std::vector<std::string> remove(engine::Engine& engine, const std::string& name_or_id,
                                const RemoveOptions& options) {
  std::vector<std::string> removed;
  const std::string id = engine.store.read(
      [&](const store::Reader& reader) { return reader.resolve_container(name_or_id); });
  if (options.depend) {
    // Looked for again each time: one may have gone along with another.
    for (auto dependents = find_dependents(engine, id); !dependents.empty();
         dependents = find_dependents(engine, id)) {
      try {
        const std::vector<std::string> more = remove(engine, dependents.front(), options);
        removed.insert(removed.end(), more.begin(), more.end());
      } catch (const Error& e) {
        if (e.code() != Code::kNotFound) {  // else somebody else was quicker
          throw;
        }
      }
    }
  }
  LockedContainer container = lock_container(engine, id, {.go_on = options.force});
  if (!options.force) {
    refuse_running(container);
  }
  (void)permits(container.state.status, options.force ? Verb::kForceRemove : Verb::kRemove,
                name_or_id);
  removed.push_back(id);
  if (runs(container.state.status)) {
    engine.store.read([&](const store::Reader& reader) { require_no_dependents(reader, id); });
    container.state.stopped_by_user = true;
    save_state(engine, container);
    const bool paused = container.state.status == Status::kPaused;
    const unsigned patience = options.timeout_s.value_or(container.config.process.stop_timeout);
    const int signal = paused || patience == 0
                           ? SIGKILL
                           : std::atoi(container.config.process.stop_signal.c_str());
    std::optional<LockedContainer> ended =
        end_or_go_on(engine, std::move(container), signal, std::chrono::seconds(patience));
    if (!ended) {
      return removed;
    }
    container = std::move(*ended);
  }
  remove_locked(engine, std::move(container),
                {.volumes = options.volumes, .force = options.force});
  return removed;
}

}  // namespace gantry::lifecycle
