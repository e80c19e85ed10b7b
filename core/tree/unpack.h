// SPDX-License-Identifier: Apache-2.0
//
// A tar stream into a folder below a root that it cannot leave: links on the way are those
// of the root, names with ".." are refused, and a last component is never followed. Safe
// against a container that changes the folder meanwhile. One thread. kCorrupt for a broken
// archive; kInvalid, kExists name the entry that cannot be placed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "core/model/id_mapping.h"

namespace gantry::tree {

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
};

struct UnpackOptions {
  std::optional<Owner> owner = {};  // of all that is made; nullopt: as the archive says
  bool overwrite = false;           // a folder may take the place of a file, and the reverse
  // Whether the stream may be compressed. Not for what pack() writes: a file's name, which a
  // container chooses, is all that its first bytes are. An empty stream is then refused.
  bool compressed = false;
  // Of the container whose ids these are; kInvalid names what belongs to one it does not hold.
  model::IdMapping mapping = {};
};

// folder: where to, as seen from inside the root; it exists.
void unpack(int in, int root, const std::string& folder, const UnpackOptions& options,
            const std::string& shown);

}  // namespace gantry::tree
