// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Writes the container's root file system to out as a tar: what its layers hold together,
// without what is mounted into it. A running container goes on meanwhile.
void export_container(engine::Engine& engine, const std::string& name_or_id, int out);

}  // namespace gantry::lifecycle
