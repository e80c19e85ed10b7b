// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/mount.h"

#include "core/lifecycle/announce.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

namespace {

std::filesystem::path mount_layer(engine::Engine& engine, const LockedContainer& container) {
  return engine.backends.storage(container.config.backends.storage)
      .mount({.id = container.config.id,
              .read_only = false,
              .mount_label = container.config.security.mount_label,
              .mapping = {}});
}

}  // namespace

std::filesystem::path mount(engine::Engine& engine, const std::string& name_or_id) {
  const LockedContainer container = lock_container(engine, name_or_id);
  const std::string& id = container.config.id;
  (void)permits(container.state.status, Verb::kMount, name_or_id);
  if (!container.config.rootfs.empty()) {
    return container.config.rootfs;
  }
  UserMounts before = user_mounts(engine, id);
  before.passing = false;  // its lock is ours: whoever it was is dead
  UserMounts now = before;
  ++now.count;
  save_user_mounts(engine, id, now);
  try {
    now.path = mount_layer(engine, container);
    save_user_mounts(engine, id, now);
  } catch (...) {
    save_user_mounts(engine, id, before);
    throw;
  }
  announce(engine, container.config, "mount");
  return now.path;
}

bool unmount(engine::Engine& engine, const std::string& name_or_id, bool force) {
  const LockedContainer container = lock_container(engine, name_or_id);
  const std::string& id = container.config.id;
  UserMounts mounts = user_mounts(engine, id);
  const bool own = mounts_itself(container.state);
  if (mounts.count == 0 && own) {
    throw Error(Code::kInvalid, "cannot unmount storage for container " + name_or_id +
                                    " as it is running or paused: stop it first: container "
                                    "state improper");
  }
  if (mounts.count == 0 && !mounts.passing) {
    return false;
  }
  mounts.count = force || mounts.count == 0 ? 0 : mounts.count - 1;
  mounts.passing = false;
  if (mounts.count == 0 && !own) {
    engine.backends.storage(container.config.backends.storage).unmount(id);
  }
  save_user_mounts(engine, id, mounts);
  announce(engine, container.config, "unmount");
  return true;
}

std::vector<Mounted> mounted(engine::Engine& engine) {
  std::vector<Mounted> all;
  for (const store::ContainerRow& row : list(engine)) {
    const UserMounts user = user_mounts(engine, row.brief.id);
    if (mounts_itself(row.state)) {
      all.push_back({row.brief.id, row.brief.name, row.state.mount_point, user.count > 0});
    } else if (user.count > 0) {
      all.push_back({row.brief.id, row.brief.name, user.path, true});
    }
  }
  return all;
}

}  // namespace gantry::lifecycle
