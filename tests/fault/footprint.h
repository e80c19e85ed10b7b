// SPDX-License-Identifier: Apache-2.0
//
// All that an engine of fakes keeps anywhere, as lines to compare.
#pragma once

#include <set>
#include <string>

#include "tests/fakes/fake_engine.h"

namespace gantry::fault {

using Footprint = std::set<std::string>;

[[nodiscard]] Footprint footprint(fakes::FakeEngine& engine);
// What a has and b has not, a line each.
[[nodiscard]] std::string difference(const Footprint& a, const Footprint& b);

// Removes every container, volume, secret, image and network by the ordinary commands.
void remove_all(fakes::FakeEngine& engine);

}  // namespace gantry::fault
