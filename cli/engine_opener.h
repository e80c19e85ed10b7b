// SPDX-License-Identifier: Apache-2.0
//
// Opens the engine as the global options ask for it.
#pragma once

#include <memory>

#include "cli/options.h"

namespace gantry::engine {
struct Engine;
}

namespace gantry::cli {

[[nodiscard]] std::shared_ptr<engine::Engine> open_from_options(const Options& options);

}  // namespace gantry::cli
