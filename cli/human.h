// SPDX-License-Identifier: Apache-2.0
//
// Values to texts for people, in podman's forms. Pure; the time zone is the process's.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/model/container_state.h"

namespace gantry::cli {

// "1.99MB", "0B": powers of 1000, three digits unless told otherwise. between stands before
// the unit.
[[nodiscard]] std::string human_size(double bytes, const char* between = "", int digits = 3);
// "1.944GiB": powers of 1024, four digits.
[[nodiscard]] std::string human_binary_size(double bytes);
// "3 minutes", "About an hour".
[[nodiscard]] std::string human_duration(std::chrono::nanoseconds duration);
// "3 minutes ago"; empty for 0, which stands for never.
[[nodiscard]] std::string human_ago(std::int64_t then_ns, std::int64_t now_ns);
// "2026-11-21T20:56:45.686391751Z" or with the local offset; 0 is the year 1, as Go's zero.
[[nodiscard]] std::string rfc3339_nano(std::int64_t ns);
// "2026-11-21 20:56:45.686391751 +0000 UTC", as Go prints a time.
[[nodiscard]] std::string go_time(std::int64_t ns);
// Seconds since the epoch; Go's zero time for 0.
[[nodiscard]] std::int64_t unix_seconds(std::int64_t ns);
// The STATUS of ps: "Up 5 seconds", "Exited (0) 3 seconds ago", "Created".
[[nodiscard]] std::string human_status(const model::ContainerState& state, std::int64_t now_ns);
// The state's word as ps and inspect show it: a configured container is "created".
[[nodiscard]] std::string shown_state(model::Status status);
// "40a3…" or, shortened, at most width letters and an ellipsis.
[[nodiscard]] std::string ellipsis(const std::string& text, std::size_t width);

}  // namespace gantry::cli
