// SPDX-License-Identifier: Apache-2.0
//
// Checks of a storage driver: tar streams made to reach beyond their layer, or broken.
#pragma once

#include "sdk/conformance/suite.h"

namespace gantry::conformance {

void refuses_escapes(Bench& bench);
// What stands where a symbolic link stood replaces the link, not what it points to.
void replaces_links_not_targets(Bench& bench);
void refuses_broken_streams(Bench& bench);
void refuses_devices_when_rootless(Bench& bench);

}  // namespace gantry::conformance
