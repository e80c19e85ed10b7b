// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

struct CheckResult {
  std::string kind;
  std::string object;
  std::string problem;
  bool repairable = false;
  bool repaired = false;
  std::string error = {};  // why it could not be repaired
};

// Compares records with what is on this machine. Nothing comes of a healthy store. With
// repair what is proven to be left over by gantry itself is removed; nothing else is.
std::vector<CheckResult> check(engine::Engine& engine, bool repair);

}  // namespace gantry::lifecycle
