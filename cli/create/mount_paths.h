// SPDX-License-Identifier: Apache-2.0
//
// The paths in -v, --mount and --tmpfs. Pure but for the facts they are given.
#pragma once

#include <string>

#include "cli/create/create_request.h"

namespace gantry::cli {

// Absolute and clean; whole names the option in messages. kInvalid for what nothing can be
// mounted on.
[[nodiscard]] std::string clean_destination(const std::string& path, const std::string& whole);

// Absolute and clean, from the current folder on. kNotFound when it is not there.
[[nodiscard]] std::string host_path(const std::string& path, const HostFacts& host);

}  // namespace gantry::cli
