// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Connects to a running (or created) container's streams; carry them with Attachment::run.
// socket_dir and terminal of options are filled in.
std::unique_ptr<ports::Attachment> attach(engine::Engine& engine, const std::string& name_or_id,
                                          const ports::AttachRequest& options);

}  // namespace gantry::lifecycle
