// SPDX-License-Identifier: Apache-2.0
//
// Who keeps a mount busy, in words for people. Reads /proc, slowly: only for errors.
#pragma once

#include <string>

namespace gantry::storage_overlay {

// Such as "process 4711 (bash) works in /…/merged; /…/merged/proc is mounted below".
// Empty when nobody was found.
[[nodiscard]] std::string mount_holders(const std::string& path);

}  // namespace gantry::storage_overlay
