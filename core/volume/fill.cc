// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "core/tree/unpack.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"

namespace gantry::volume {

void Volumes::fill(const std::string& name, int tar, bool anonymous) {
  const locks::Lock held = lock(name);
  model::Volume volume = find(name);
  if (tar >= 0) {
    const UniqueFd folder = open_file(path(name), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    tree::unpack(tar, folder.get(), "/", {}, "volume " + name);
    volume.needs_copy_up = false;
    volume.needs_owner = false;
  }
  volume.anonymous = anonymous;
  store_.write(ports::Durability::kDurable,
               [&](store::Writer& writer) { writer.put_volume(volume); });
}

}  // namespace gantry::volume
