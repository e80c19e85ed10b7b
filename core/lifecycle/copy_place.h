// SPDX-License-Identifier: Apache-2.0
//
// Paths of a copy, resolved in their place: below a container's root, which they cannot
// leave, or on the host.
#pragma once

#include <sys/stat.h>

#include <string>

#include "sdk/support/unique_fd.h"

namespace gantry::lifecycle {

struct CopyPlace {
  int root = -1;      // -1: the host
  std::string path;   // absolute
  std::string shown;  // "container box" or "the host", for messages
};

struct CopySource {
  UniqueFd fd;  // O_PATH, links followed
  struct stat info {};
  std::string name;  // its own; empty: what the folder holds is meant
};
[[nodiscard]] CopySource open_source(const CopyPlace& place);

struct CopyTarget {
  UniqueFd folder;   // O_PATH
  std::string path;  // of the folder, absolute in its place
  std::string leaf;  // the name that the source gets; empty: its own
};
// By what the source is and the target is not: see copy().
[[nodiscard]] CopyTarget open_target(const CopyPlace& place, const CopySource& source);
// Of a stream: an existing folder.
[[nodiscard]] CopyTarget open_target_folder(const CopyPlace& place);

// Whether the folder lies in the other one, or is it.
[[nodiscard]] bool is_inside(int folder, const struct stat& other);

}  // namespace gantry::lifecycle
