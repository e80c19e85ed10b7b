// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/model/container_config.h"
#include "core/ports/state_store.h"

namespace gantry::lifecycle {

// That a container exists must survive a power cut; one of --rm would be removed after it
// anyway, so nobody waits for the disk.
[[nodiscard]] inline ports::Durability durability_of(const model::ContainerConfig& config) {
  return config.auto_remove ? ports::Durability::kRelaxed : ports::Durability::kDurable;
}

}  // namespace gantry::lifecycle
