// SPDX-License-Identifier: Apache-2.0
//
// Moments as image documents write them (RFC 3339) and as gantry keeps them (nanoseconds
// since the epoch). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gantry::image {

// "2024-01-31T12:00:00.5+01:00" -> nanoseconds; nullopt when it is no such text.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text);
// In UTC, with as many decimals as are needed.
[[nodiscard]] std::string format_timestamp(std::int64_t ns);
[[nodiscard]] std::int64_t now_ns();

}  // namespace gantry::image
