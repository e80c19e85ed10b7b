// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/model/container_config.h"
#include "core/model/container_state.h"

namespace gantry::lifecycle {

// Whether a container that ended like this is started again: never after a user's stop, and
// on-failure only as often as asked. Pure.
[[nodiscard]] inline bool wants_restart(const model::RestartPolicy& policy,
                                        const model::ContainerState& state) {
  if (state.stopped_by_user) {
    return false;
  }
  if (policy.name == "on-failure") {
    return state.exit_code != 0 &&
           (policy.max_retries == 0 || state.restart_count < policy.max_retries);
  }
  return policy.name == "always" || policy.name == "unless-stopped";
}

}  // namespace gantry::lifecycle
