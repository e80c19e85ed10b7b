// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint as one file that can be carried to another host, with the members of podman's
// archives: checkpoint/ (the images), config.dump, spec.dump, network.status,
// devshm-checkpoint.tar, rootfs-diff.tar (a layer), deleted.files, volumes/NAME.tar, ctr.log,
// artifacts/. REQUIRES: the container's lock.
#pragma once

#include <filesystem>

#include "core/image/staging.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/checkpoint.h"

namespace gantry::lifecycle {

// The last checkpoint of the container, to an open file.
void write_checkpoint_archive(engine::Engine& engine, const LockedContainer& container,
                              const CheckpointOptions& options, int out);

// An archive unpacked, in a folder that goes with it. What is in there was written by anybody:
// nothing but files and folders is taken, and no link is followed.
class OpenedArchive {
 public:
  // kCorrupt, kInvalid when it is no archive of a checkpoint, or has what none has.
  OpenedArchive(const engine::Engine& engine, std::filesystem::path file);

  // The container that it is of, without what means something on its host alone: paths of
  // logs and of pid files.
  [[nodiscard]] const model::ContainerConfig& config() const noexcept { return config_; }
  // A regular file of it; none when there is none of that name.
  [[nodiscard]] UniqueFd open(const std::string& name) const;
  // Gives images, log and artifacts to the container's folder, which is there.
  void move_to(const layout::Layout& layout, const std::string& id) const;

 private:
  [[noreturn]] void refuse_place(const std::string& member) const;
  void move_artifacts(const layout::Layout& layout, const std::string& id) const;

  std::filesystem::path file_;
  image::Staging staging_;
  UniqueFd folder_;
  model::ContainerConfig config_;
};

}  // namespace gantry::lifecycle
