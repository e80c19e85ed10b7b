// SPDX-License-Identifier: Apache-2.0
//
// Names in a tar stream, made safe before anything is done with them. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace gantry::storage_overlay {

// The name relative to the layer's root, without "." and empty parts; "" for the root.
// kInvalid, naming the entry, when it is absolute or a part is "..".
[[nodiscard]] std::string clean_entry_name(std::string_view raw);

struct SplitName {
  std::string folder;  // "" for the root
  std::string leaf;
};
[[nodiscard]] SplitName split_name(const std::string& clean);

inline constexpr std::string_view kWhiteoutPrefix = ".wh.";
inline constexpr std::string_view kOpaqueName = ".wh..wh..opq";
// Names by which AUFS kept house; no content.
inline constexpr std::string_view kAufsPrefix = ".wh..wh.";

}  // namespace gantry::storage_overlay
