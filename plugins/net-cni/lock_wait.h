// SPDX-License-Identifier: Apache-2.0
//
// How long this plug-in waits for its lock files.
#pragma once

#include <gantry/plugin/host.hpp>

#include "sdk/support/file_lock.h"

namespace gantry::net_cni {

// Ends when the user cancels.
[[nodiscard]] inline LockWait patient(const plugin::Host& host) {
  return usual_wait([host] { return host.cancelled(); });
}

// For undoing, which is what a cancelled command still has to do.
[[nodiscard]] inline LockWait stubborn() { return usual_wait(nullptr); }

}  // namespace gantry::net_cni
