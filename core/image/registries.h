// SPDX-License-Identifier: Apache-2.0
//
// What containers-registries.conf(5) says of short names: the registries to search and the
// aliases. Only these two are read; everything else in the files is skopeo's to obey.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::image {

struct Registries {
  std::vector<std::string> search;             // unqualified-search-registries
  std::map<std::string, std::string> aliases;  // "alpine" -> "docker.io/library/alpine"
};

// Adds what one file says; kInvalid names the file and line where it cannot be read.
void read_registries(std::string_view text, const std::string& what, Registries& into);

// registries.conf in folder and registries.conf.d/*.conf beside it, in order. Without any
// search registries docker.io is searched.
[[nodiscard]] Registries load_registries(
    const std::filesystem::path& folder = "/etc/containers");

}  // namespace gantry::image
