// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/user_mounts.h"

#include "core/log/log.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

GANTRY_DEFINE_JSON(UserMounts, count, passing, path, boot_id)

UserMounts user_mounts(engine::Engine& engine, const std::string& id) {
  const std::filesystem::path file = engine.layout.mounts(id);
  const std::optional<std::string> text = read_file_if_exists(file);
  if (!text) {
    return {};
  }
  UserMounts mounts;
  try {
    mounts = parse_json(*text, file.string()).get<UserMounts>();
  } catch (const std::exception& e) {
    log::warning(std::string("ignoring who mounted the files of container ") + id + ": " +
                 e.what());
  }
  return mounts.boot_id == engine.processes.boot_id() ? mounts : UserMounts{};
}

void save_user_mounts(engine::Engine& engine, const std::string& id, UserMounts mounts) {
  const std::filesystem::path file = engine.layout.mounts(id);
  if (mounts.count == 0 && !mounts.passing) {
    remove_file(file);
    return;
  }
  mounts.boot_id = engine.processes.boot_id();
  make_directories(engine.layout.mounts(), 0700);
  write_file(file, to_text(Json(mounts)), 0600);
}

bool mounts_itself(const model::ContainerState& state) {
  return !state.mount_point.empty() && gantry::exists(state.mount_point);
}

PassingMount::PassingMount(engine::Engine& engine, const LockedContainer& container)
    : engine_(engine), id_(container.config.id), storage_(container.config.backends.storage) {
  if (!container.config.rootfs.empty()) {
    path_ = container.config.rootfs;
    return;
  }
  if (mounts_itself(container.state)) {
    path_ = container.state.mount_point;
    return;
  }
  UserMounts mounts = user_mounts(engine, id_);
  ports::Storage& storage = engine.backends.storage(storage_);
  const ports::LayerMount request{.id = id_,
                                  .read_only = false,
                                  .mount_label = container.config.security.mount_label,
                                  .mapping = {}};
  if (mounts.count > 0) {
    path_ = storage.mount(request);
    return;
  }
  mounts.passing = true;
  save_user_mounts(engine, id_, mounts);
  ours_ = true;
  path_ = storage.mount(request);
}

PassingMount::~PassingMount() {
  if (!ours_) {
    return;
  }
  try {
    const Uncancelled shield;
    engine_.backends.storage(storage_).unmount(id_);
    save_user_mounts(engine_, id_, {});
  } catch (const std::exception& e) {
    log::warning("ignoring that the files of container " + id_ +
                 " stay mounted, until it is started or removed: " + e.what());
  }
}

}  // namespace gantry::lifecycle
