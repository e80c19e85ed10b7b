// SPDX-License-Identifier: Apache-2.0
//
// Opens the engine as the global options ask for it.
#pragma once

#include <memory>

#include "cli/options.h"
#include "core/layout/configuration.h"

namespace gantry::engine {
struct Engine;
}

namespace gantry::cli {

// Flags, environment and files together.
[[nodiscard]] layout::Configuration configuration_of(const Options& options);
// verb stands in lock files.
[[nodiscard]] std::shared_ptr<engine::Engine> open_engine_for(const Options& options,
                                                              const std::string& verb);

}  // namespace gantry::cli
