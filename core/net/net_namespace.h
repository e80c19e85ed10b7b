// SPDX-License-Identifier: Apache-2.0
//
// Network namespaces that live without a process, pinned by a bind mount on a file, as
// "ip netns" pins them. The calling thread's namespaces are left alone. Any thread.
#pragma once

#include <filesystem>

namespace gantry::net {

// A new network namespace with its loopback up, pinned at path. A file that is left there
// without a mount is used; kExists when a namespace is pinned there already. After a failure
// nothing is left.
void create_namespace(const std::filesystem::path& path);

// Pins a namespace that exists, such as /proc/PID/ns/net of a runtime that made it inside a
// user namespace.
void pin_namespace(const std::filesystem::path& source, const std::filesystem::path& path);

// Unpins it: without a process inside it ends, and its devices with it. Gone counts as done.
void remove_namespace(const std::filesystem::path& path);

[[nodiscard]] bool is_namespace_pinned(const std::filesystem::path& path);

}  // namespace gantry::net
