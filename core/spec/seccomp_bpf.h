// SPDX-License-Identifier: Apache-2.0
//
// Compiled seccomp filters. Compiling takes libseccomp some 20 ms, reading a compiled
// program from the cache well under one.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sdk/support/json.h"

namespace gantry::spec {

// Whether the program says all that the linux.seccomp object says: flags and listeners
// are no part of a program.
[[nodiscard]] bool is_compilable(const Json& seccomp);

// The filter as the kernel takes it, an array of sock_filter. kUnsupported without
// libseccomp; kInvalid names the rule it cannot express.
[[nodiscard]] std::string compile_seccomp(const Json& seccomp);

// What would compile: "2.5.4". Opening libseccomp to ask takes 0.08 ms. kUnsupported without
// it.
[[nodiscard]] std::string seccomp_library_version();

// The text kept for key in folder, or what make answers, kept for the next time. A file
// counts only when it belongs to this user, nobody else may write it, it was made for this
// very key, and it is whole: a power cut may cut it short. An unusable folder costs the
// cache, not the outcome. An empty folder: no cache. Any process at once.
[[nodiscard]] std::string cached_text(const std::filesystem::path& folder,
                                      const std::string& key,
                                      const std::function<std::string()>& make);

}  // namespace gantry::spec
