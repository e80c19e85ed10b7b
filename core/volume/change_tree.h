// SPDX-License-Identifier: Apache-2.0
//
// Gives a whole tree another owner or label, by descriptors alone: no link is ever followed.
#pragma once

#include <string>

#include "core/model/id_mapping.h"

namespace gantry::volume {

// top and everything below it, other file systems that are mounted there included; what has
// that owner already is left alone. top: any descriptor (O_PATH is enough). shown names it in
// messages.
void chown_tree(int top, model::Owner owner, const std::string& shown);

// The same with SELinux's label of files; a file system without labels is no error.
void relabel_tree(int top, const std::string& label, const std::string& shown);

}  // namespace gantry::volume
