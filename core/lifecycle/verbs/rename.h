// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

void rename(engine::Engine& engine, const std::string& name_or_id, const std::string& new_name);

}  // namespace gantry::lifecycle
