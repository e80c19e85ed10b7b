// SPDX-License-Identifier: Apache-2.0
//
// Whether bytes are UTF-8, strictly: no forms longer than needed, no halves of pairs, nothing
// past U+10FFFF. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace gantry {

// How many bytes the character at the front takes; 0: there is none.
[[nodiscard]] std::size_t utf8_size(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace gantry
