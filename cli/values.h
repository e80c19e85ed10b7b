// SPDX-License-Identifier: Apache-2.0
//
// Texts of people to values: sizes, durations, numbers, lists. nullopt or a UsageError-free
// answer: the caller knows which option is at fault and says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/support/duration.h"

namespace gantry::cli {

// "64m", "1.5g", "2048", "10kB", "1GiB": binary units, as podman and docker read them.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_uint(std::string_view text);
[[nodiscard]] std::optional<double> parse_float(std::string_view text);
// Go's: 1 t T true TRUE True and their opposites.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);
// RFC 3339, "2006-01-02T15:04", "2006-01-02", seconds since the epoch, or a duration ago
// ("10m"); nanoseconds since the epoch.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text,
                                                     std::int64_t now_ns);

// At commas; a part in double quotes keeps its commas. nullopt: a stray quote.
[[nodiscard]] std::optional<std::vector<std::string>> split_csv(std::string_view text);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// At the first separator; nullopt when there is none.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> cut(std::string_view text,
                                                                     char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view between);

}  // namespace gantry::cli
