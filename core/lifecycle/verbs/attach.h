// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"
#include "core/monitor/attachment.h"

namespace gantry::lifecycle {

// Connects to a running (or created) container's streams; pump it with Attachment.
monitor::Attachment attach(engine::Engine& engine, const std::string& name_or_id,
                           const monitor::AttachOptions& options);

}  // namespace gantry::lifecycle
