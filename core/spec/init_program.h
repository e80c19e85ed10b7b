// SPDX-License-Identifier: Apache-2.0
//
// Where the init of --init stands inside a container.
#pragma once

namespace gantry::spec {

inline constexpr const char* kInitInContainer = "/run/gantry-init";

}  // namespace gantry::spec
