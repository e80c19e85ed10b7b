// SPDX-License-Identifier: Apache-2.0
//
// What a container depends on: --requires, the namespaces and the volumes of others. A
// container can only depend on older ones, so no circle can be made.
#pragma once

#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

// Starts all that it depends on, directly or not: each after what it depends on itself, and
// those that do not depend on each other at once. Takes no lock of the container's own. The
// failure names which did not start, and for whose sake it was to.
void start_dependencies(engine::Engine& engine, const model::ContainerConfig& config);

// The ids of those that depend on it.
[[nodiscard]] std::vector<std::string> dependents_of(const store::Reader& reader,
                                                     const std::string& id);
// kExists names one of them.
void require_no_dependents(const store::Reader& reader, const std::string& id);

// For each of these, the places of those that have to be removed before it: what depends on
// it, directly or not, and the same container named earlier. One that is not known waits for
// none.
[[nodiscard]] std::vector<std::vector<std::size_t>> removal_order(
    engine::Engine& engine, const std::vector<std::string>& names);

// kInvalid names those that do not run.
void require_dependencies(engine::Engine& engine, const model::ContainerConfig& config);

}  // namespace gantry::lifecycle
