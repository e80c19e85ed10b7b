// SPDX-License-Identifier: Apache-2.0
//
// Ids and names. An id is 64 hex digits, random for containers, a digest for images; the
// first 12 are shown. A name is what a person types.
#pragma once

#include <string>
#include <string_view>

namespace gantry::model {

// 64 random hex digits from the kernel.
[[nodiscard]] std::string random_id();
// The first 12 digits.
[[nodiscard]] std::string short_id(std::string_view id);
// 1 to 64 hex digits.
[[nodiscard]] bool is_id_prefix(std::string_view text);
[[nodiscard]] bool is_full_id(std::string_view text);
// [a-zA-Z0-9][a-zA-Z0-9_.-]*, as podman asks of names of containers, volumes, networks.
[[nodiscard]] bool is_valid_name(std::string_view name);
// Throws kInvalid with podman's sentence.
void require_valid_name(std::string_view name);
// A friendly random name, "adjective_surname".
[[nodiscard]] std::string random_name();

}  // namespace gantry::model
