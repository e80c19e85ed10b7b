// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <gantry/error.hpp>

#include "core/tree/unpack.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"

namespace gantry::volume {

void Volumes::fill(const std::string& name, const std::string& container, int tar) {
  const locks::Lock held = lock(name);
  model::Volume volume = find(name);
  if (!volume.needs_owner || users(name) != std::vector{container}) {
    throw Error(Code::kExists, "volume " + name +
                                   " is in use already, and is not filled: remove it, or use "
                                   "it as it is");
  }
  const UniqueFd folder = open_file(path(name), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  tree::unpack(tar, folder.get(), "/", {}, "volume " + name);
  volume.needs_copy_up = false;
  volume.needs_owner = false;
  store_.write(ports::Durability::kDurable,
               [&](store::Writer& writer) { writer.put_volume(volume); });
}

}  // namespace gantry::volume
