// SPDX-License-Identifier: Apache-2.0
//
// The run folder, where a reboot leaves it: /run that is no tmpfs, or a --runroot on a disk.
// Plug-ins are promised that what they keep there does not survive a reboot, and count mounts,
// leases and processes in it. What the core keeps there notes its boot itself.
#pragma once

#include <optional>
#include <string>

#include "core/engine/data_mark.h"
#include "core/layout/layout.h"
#include "sdk/support/file_lock.h"

namespace gantry::engine {

// Clears the plug-ins' run folders when they are of another boot. To be called before a plug-in
// is opened; the first process after a reboot does it, and those beside it wait for it.
void forget_other_boots(const layout::Layout& layout, const std::string& boot,
                        const LockWait& wait);

// Two data folders cannot share a run folder: to each the containers of the other, which it has
// no records of, are leftovers. kInvalid when it is another's that is there still. Answers
// whether it is noted as ours.
bool require_own_run(const layout::Layout& layout, const std::optional<DataMark>& mark);
// Notes it as ours, before anything is put there that must not be taken for a leftover.
// kInvalid when another was quicker.
void claim_run(const layout::Layout& layout, const LockWait& wait);

}  // namespace gantry::engine
