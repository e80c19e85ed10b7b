// SPDX-License-Identifier: Apache-2.0
//
// Moments as documents write them (RFC 3339) and as gantry keeps them (nanoseconds since the
// epoch). Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gantry {

[[nodiscard]] std::int64_t now_ns();

// "2024-01-31T12:00:00.5+01:00" -> nanoseconds; nullopt when it is no such text, 0 ("never")
// when nanoseconds do not reach so far.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);
// In UTC, with as many decimals as are needed.
[[nodiscard]] std::string format_timestamp(std::int64_t ns);

}  // namespace gantry
