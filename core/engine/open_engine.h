// SPDX-License-Identifier: Apache-2.0
//
// Builds the real engine: layout and settings from the configuration, ports from plug-ins.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/host/registry.h"
#include "core/layout/configuration.h"

namespace gantry::engine {

struct OpenOptions {
  layout::Configuration configuration;
  std::string verb;                 // what this process does, for the lock files
  std::function<bool()> cancelled;  // true once the user asked to stop
};

// Opens the state store; every other plug-in is loaded when first used. The engine and all
// it refers to live as long as the answer.
[[nodiscard]] std::shared_ptr<Engine> open_engine(const OpenOptions& options);

// Where plug-ins are looked for; for commands that read them without an engine.
[[nodiscard]] std::vector<std::filesystem::path> plugin_directories(
    const layout::Configuration& configuration);

// The running program, links resolved.
[[nodiscard]] std::filesystem::path own_program();

// crun where it is installed, else runc, unless the configuration names one.
[[nodiscard]] std::string chosen_runtime(const layout::Configuration& configuration);

}  // namespace gantry::engine
