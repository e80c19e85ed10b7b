// SPDX-License-Identifier: Apache-2.0
//
// The commands that the sweeps break off: one row each. A new verb is a new row.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/fakes/fake_engine.h"

namespace gantry::fault {

struct Scenario {
  std::string name;
  std::function<void(fakes::FakeEngine&)> prepare;  // up to the command
  std::function<void(fakes::FakeEngine&)> act;      // the command, and the same again after
  // Whether what it is for holds, so that it is not asked for again; null: it always may be.
  std::function<bool(fakes::FakeEngine&)> done = nullptr;
  // What fails leaves everything as it was before.
  bool all_or_nothing = false;
};

[[nodiscard]] const std::vector<Scenario>& scenarios();

}  // namespace gantry::fault
