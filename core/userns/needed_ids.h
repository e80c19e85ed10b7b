// SPDX-License-Identifier: Apache-2.0
//
// How large a user namespace must be for what a root file system holds. Links are not
// followed. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gantry::userns {

// How many ids, counted from 0, the owners of the files and the entries of /etc/passwd and
// /etc/group need; "nobody" of those does not count, or all would need 65535.
[[nodiscard]] std::uint32_t needed_ids(int root_fd, const std::string& shown);

// The same of a text: passwd(5) when column 3 is an id too, else group(5). Pure.
[[nodiscard]] std::uint32_t needed_ids(std::string_view accounts);

// The same of numbers in USER[:GROUP]; names are found in the files above. Pure.
[[nodiscard]] std::uint32_t needed_ids_of_user(std::string_view user);

}  // namespace gantry::userns
