// SPDX-License-Identifier: Apache-2.0
//
// Whether a file may be loaded into this process. A plug-in is as trusted as the engine, so
// only those who could replace the engine may be able to write it: root, and the user who
// runs it. Any thread.
#pragma once

#include <filesystem>

namespace gantry::host {

// The real path of file, once it and every folder above it, and above the name it was asked
// for by, belongs to root or the effective user and is writable by nobody else. The sticky
// bit is no excuse: it does not keep others from putting a file where one was removed.
// Throws kPermission with the path at fault and the remedy.
[[nodiscard]] std::filesystem::path check_trusted(const std::filesystem::path& file);

}  // namespace gantry::host
