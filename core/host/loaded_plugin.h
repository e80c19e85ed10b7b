// SPDX-License-Identifier: Apache-2.0
//
// A plug-in in this process. Loaded once for each file, bound at once and local, and never
// unloaded: code that ran may have left threads and exit handlers behind. Any thread.
#pragma once

#include <gantry/abi/plugin.h>
#include <gantry/boundary.hpp>

#include <filesystem>
#include <string>

#include "core/host/kinds.h"

namespace gantry::host {

struct LoadedPlugin {
  std::filesystem::path path;
  PluginFacts facts;
  gantry_plugin descriptor;  // what this host knows of it; strings and ops stay the plug-in's

  [[nodiscard]] std::string label() const { return facts.kind + "-" + facts.name; }

  // The kind's table; an op that the plug-in does not have is null.
  template <typename Ops>
  [[nodiscard]] Ops ops() const {
    return boundary::sized_copy(static_cast<const Ops*>(descriptor.ops));
  }
};

// Checks and loads; throws what check_file and check_descriptor throw, and kInvalid when it
// cannot be loaded. The reference is good until the process ends.
[[nodiscard]] const LoadedPlugin& load_plugin(const std::filesystem::path& file);

}  // namespace gantry::host
