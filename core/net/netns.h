// SPDX-License-Identifier: Apache-2.0
//
// Network namespaces that live as long as a file: pinned by a bind mount, as ip-netns(8)
// does. Any thread; the caller's namespaces are left alone.
#pragma once

#include <filesystem>

namespace gantry::net {

// A new network namespace with its loopback up, pinned at path; there already counts as
// done. After a failure nothing is left.
void pin_netns(const std::filesystem::path& path);

// Takes the pin away; the namespace goes with its last process. Gone counts as done.
void unpin_netns(const std::filesystem::path& path);

// Whether a namespace is pinned there.
[[nodiscard]] bool is_netns(const std::filesystem::path& path);

}  // namespace gantry::net
