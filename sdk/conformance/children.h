// SPDX-License-Identifier: Apache-2.0
//
// Work that a check hands to a process of its own because it must die: the kit's program
// runs itself with --die-in NAME FOLDER FILE, which ends in one of these.
#pragma once

#include <string>

#include "sdk/conformance/suite.h"

namespace gantry::conformance {

// Ends this process at once, as a crash would.
[[noreturn]] void die();

void state_commit_and_die(Bench& bench);
void storage_stage_and_die(Bench& bench);

// Runs the named work on the plug-in in folder. Returns only when it failed to die; then it
// throws why.
void run_and_die(const std::string& name, const gantry_plugin& plugin, const Options& options,
                 const std::filesystem::path& folder);

}  // namespace gantry::conformance
