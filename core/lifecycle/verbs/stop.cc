// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/stop.h"

#include <csignal>
#include <cstdlib>

#include "core/lifecycle/announce.h"
#include "core/lifecycle/ending.h"
#include "core/lifecycle/restart_policy.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/sync.h"
#include "core/log/log.h"

namespace gantry::lifecycle {

void stop(engine::Engine& engine, const std::string& name_or_id, const StopOptions& options) {
  LockedContainer container = lock_container(engine, name_or_id);
  if (!permits(container.state.status, Verb::kStop, name_or_id)) {
    if (container.state.status == Status::kExited &&
        wants_restart(container.config.restart, container.state)) {
      // Its policy may be at it, and wait for what the container depends on.
      container.state.stopped_by_user = true;
      save_state(engine, container);
    }
    return;
  }
  const std::string id = container.config.id;
  if (container.state.status == Status::kRunning) {
    container.state.stopped_by_user = true;
    save_state(engine, container);
    const unsigned patience = options.timeout_s.value_or(container.config.process.stop_timeout);
    const int signal = std::atoi(container.config.process.stop_signal.c_str());
    std::optional<LockedContainer> ended =
        end_process(engine, std::move(container),
                    {.signal = patience == 0 ? SIGKILL : signal,
                     .patience = std::chrono::seconds(patience)});
    // Removed meanwhile, as --rm asks; or started again by another command.
    if (!ended || ended->state.status == Status::kRunning ||
        ended->state.status == Status::kPaused) {
      return;
    }
    container = std::move(*ended);
  }
  announce(engine, container.config, "stop");
  finish_ended(engine, std::move(container));
}

}  // namespace gantry::lifecycle
