// SPDX-License-Identifier: Apache-2.0
//
// A step: one effect and its undo. Steps are listed in two journals (provision, activate);
// a verb plays a journal forwards, whoever cleans up plays it backwards.
//
// The contract of undo is the whole of gantry's recovery: it may be called for a container
// whose do never happened, half happened, or was undone before; it needs only what the
// container's records say; and it succeeds when there is nothing left to undo. It throws
// only when something is left that it could not undo.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// What the steps of one transaction share.
struct StepContext {
  engine::Engine& engine;
  const model::ContainerConfig& config;
  model::ContainerState& state;  // changed in memory; the verb writes it

  // Between the steps of activate.
  bool foreground = false;
  std::map<std::string, std::string> volume_paths = {};  // volume name -> host folder
  std::map<std::string, std::string> image_paths = {};   // destination -> mounted image
};

struct Step {
  std::string_view name;
  void (*run)(StepContext& context);
  void (*undo)(StepContext& context);
};

}  // namespace gantry::lifecycle
