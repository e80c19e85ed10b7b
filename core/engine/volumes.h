// SPDX-License-Identifier: Apache-2.0
//
// The engine's volumes. A wait for one of their locks ends when the user asks to stop.
#pragma once

#include "core/engine/engine.h"
#include "core/volume/volumes.h"

namespace gantry::engine {

[[nodiscard]] inline volume::Volumes volumes_of(const Engine& engine) {
  return {engine.store, engine.layout.volumes(), engine.cancellation};
}

}  // namespace gantry::engine
