// SPDX-License-Identifier: Apache-2.0
//
// The run folder, where a reboot leaves it: /run that is no tmpfs, or a --runroot on a disk.
// Plug-ins are promised that what they keep there does not survive a reboot, and count mounts,
// leases and processes in it. What the core keeps there notes its boot itself.
#pragma once

#include <string>

#include "core/layout/layout.h"
#include "sdk/support/file_lock.h"

namespace gantry::engine {

// Clears the plug-ins' run folders when they are of another boot. To be called before a plug-in
// is opened; the first process after a reboot does it, and those beside it wait for it.
void forget_other_boots(const layout::Layout& layout, const std::string& boot,
                        const LockWait& wait);

}  // namespace gantry::engine
