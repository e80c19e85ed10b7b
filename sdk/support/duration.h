// SPDX-License-Identifier: Apache-2.0
//
// Durations as people and image configurations write them. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace gantry {

// "1h30m", "1.5s", "-250ms", "0": Go's units (ns, us, ms, s, m, h), and d for days. nullopt
// when it is none.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace gantry
