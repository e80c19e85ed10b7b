// SPDX-License-Identifier: Apache-2.0
//
// Copies what a folder holds, faithfully, by descriptors alone: no link in either tree is
// ever followed.
#pragma once

#include <string>

namespace gantry::volume {

// Copies the content of the folder source into the folder target, and source's own owner,
// mode and times onto target. Keeps owners, modes, times, extended attributes, symbolic and
// hard links, devices and fifos. shown names the tree in messages.
void copy_tree(int source, int target, const std::string& shown);

// Whether the folder holds anything.
[[nodiscard]] bool is_empty_folder(int folder);

}  // namespace gantry::volume
