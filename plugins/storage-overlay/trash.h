// SPDX-License-Identifier: Apache-2.0
//
// Deletes what remove renamed away, however deep a container made it.
#pragma once

#include <string>

namespace gantry::storage_overlay {

// Deletes a folder with all that is in it; gone counts as done, also when another process
// deletes it at the same time. Follows no link and enters no mount (kBusy).
void empty_out(const std::string& folder);

// The same for what is in a folder, which stays.
void empty_content(const std::string& folder);

}  // namespace gantry::storage_overlay
