// SPDX-License-Identifier: Apache-2.0
//
// AppArmor profiles that are given as files. A runtime takes the name of a profile that the
// kernel knows, so a file is loaded first, by AppArmor's own parser. Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace gantry::spec {

// Whether what was given for a profile is a file: a path with its slash.
[[nodiscard]] bool is_profile_file(const std::string& given);

// The name of the profile in the file, now loaded, or loaded anew. kNotFound: no such file, or
// no apparmor_parser on this host; kInvalid: what the parser says of it.
[[nodiscard]] std::string load_profile(const std::filesystem::path& file);

}  // namespace gantry::spec
