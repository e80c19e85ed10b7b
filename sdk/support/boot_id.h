// SPDX-License-Identifier: Apache-2.0
//
// Which boot of the machine this is: what speaks of processes or mounts notes it down, and is
// not believed when it has changed. Any thread.
#pragma once

#include <string>

namespace gantry {

[[nodiscard]] std::string boot_id();

}  // namespace gantry
