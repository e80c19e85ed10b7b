// SPDX-License-Identifier: Apache-2.0
//
// What mounts a container's root file system besides the container itself: the user, by
// `mount`, counted; and a verb that needs it for a moment. Kept in a file of the run folder
// that is written before the mount is made, so that a crash leaves nothing that nobody
// knows of. REQUIRES: the container's lock, for all that changes something.
#pragma once

#include <filesystem>
#include <string>

#include "core/lifecycle/sync.h"
#include "core/model/json_fields.h"

namespace gantry::lifecycle {

struct UserMounts {
  unsigned count = 0;        // by the user
  bool passing = false;      // by a verb; when its lock is free, that verb has died
  std::string path = {};     // where it is
  std::string boot_id = {};  // mounts do not outlive their boot
};
GANTRY_DECLARE_JSON(UserMounts)

// None when there is no file, when it is damaged, or of another boot.
[[nodiscard]] UserMounts user_mounts(engine::Engine& engine, const std::string& id);
void save_user_mounts(engine::Engine& engine, const std::string& id, UserMounts mounts);

// Whether the container itself has its root file system mounted.
[[nodiscard]] bool mounts_itself(const model::ContainerState& state);

// A container's root file system on the host, for as long as this lives. The container's
// own mount is used where there is one.
class PassingMount {
 public:
  PassingMount(engine::Engine& engine, const LockedContainer& container);
  PassingMount(const PassingMount&) = delete;
  PassingMount& operator=(const PassingMount&) = delete;
  ~PassingMount();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  engine::Engine& engine_;
  std::string id_;
  std::string storage_;
  std::filesystem::path path_;
  bool ours_ = false;
};

}  // namespace gantry::lifecycle
