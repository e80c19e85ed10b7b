// SPDX-License-Identifier: Apache-2.0
//
// From errno to gantry::Error.
#pragma once

#include <gantry/error.hpp>

#include <string>

namespace gantry {

// The code that stands for an errno value (ENOENT -> kNotFound, and so on; else kIo).
[[nodiscard]] Code code_of_errno(int err) noexcept;

// "doing: strerror(err)". Call with errno right after the failed call.
[[nodiscard]] Error errno_error(int err, const std::string& doing);

}  // namespace gantry
