// SPDX-License-Identifier: Apache-2.0
//
// Capabilities by name (capabilities(7)). Pure; [thread-safe].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/spec/host_facts.h"

namespace gantry::spec {

// "CAP_CHOWN" for 0 and so on, as far as this program knows them.
[[nodiscard]] std::string capability_name(int number);

// All that the host's kernel has and this process may pass on, sorted.
[[nodiscard]] std::vector<std::string> all_capabilities(const HostFacts& host);

// "chown", "CAP_CHOWN" -> "CAP_CHOWN"; "all" -> "ALL". kInvalid when unknown.
[[nodiscard]] std::string normalized_capability(const std::string& name);

// base with add and drop applied, sorted. kInvalid on contradictions, in podman's words.
[[nodiscard]] std::vector<std::string> merge_capabilities(const std::vector<std::string>& base,
                                                          const std::vector<std::string>& add,
                                                          const std::vector<std::string>& drop,
                                                          const HostFacts& host);

// What a container has when nothing is asked for; podman 4.3's list, sorted.
[[nodiscard]] const std::vector<std::string>& default_capabilities();

}  // namespace gantry::spec
