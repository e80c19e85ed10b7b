// SPDX-License-Identifier: Apache-2.0
//
// Which namespaces a container joins, as paths of this moment.
#pragma once

#include <string>

#include "core/lifecycle/step.h"
#include "core/spec/spec.h"

namespace gantry::lifecycle {

// kInvalid when a container whose namespace is shared does not run; names it.
[[nodiscard]] spec::NamespacePaths namespaces_of(const StepContext& context);

// What the container calls itself; empty when it shares the host's uts namespace.
[[nodiscard]] std::string hostname_of(const StepContext& context);

}  // namespace gantry::lifecycle
