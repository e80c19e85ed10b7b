// SPDX-License-Identifier: Apache-2.0
//
// Aligns lines whose cells are separated by tabs: each column as wide as its widest cell
// and two spaces, at least twelve; the last is not padded. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gantry::cli {

[[nodiscard]] std::string align_columns(std::string_view lines);

}  // namespace gantry::cli
