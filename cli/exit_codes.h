// SPDX-License-Identifier: Apache-2.0
//
// What the program answers to its caller: podman's codes. A container's own exit code and
// 128 + signal pass through unchanged.
#pragma once

namespace gantry::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitNo = 1;              // "exists" and the like: the answer is no
inline constexpr int kExitNotKnown = 1;        // what was to be removed is not known
inline constexpr int kExitInUse = 2;           // what was to be removed runs or is in use
inline constexpr int kExitEngine = 125;        // gantry itself failed, or was used wrongly
inline constexpr int kExitCannotInvoke = 126;  // the container's command cannot be invoked
inline constexpr int kExitNotFound = 127;      // the container's command was not found

}  // namespace gantry::cli
