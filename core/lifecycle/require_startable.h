// SPDX-License-Identifier: Apache-2.0
//
// What create refuses although only a start would stumble over it: mistakes that the
// configuration and this host alone show. Changes nothing.
#pragma once

#include "core/engine/engine.h"
#include "core/model/container_config.h"

namespace gantry::lifecycle {

// kInvalid or kNotFound, in the words that start would use.
void require_startable(engine::Engine& engine, const model::ContainerConfig& config);

}  // namespace gantry::lifecycle
