// SPDX-License-Identifier: Apache-2.0
//
// The real clock, mounts and processes. Stateless; any thread.
#pragma once

#include "core/ports/machine.h"

namespace gantry::engine {

class HostClock : public ports::Clock {
 public:
  std::int64_t now_ns() override;
};

class HostMounter : public ports::Mounter {
 public:
  void mount_tmpfs(const std::filesystem::path& path, std::int64_t size,
                   unsigned mode) override;
  void bind(int source, const std::filesystem::path& path, bool recursive) override;
  void bind_mapped(int source, const std::filesystem::path& path, bool recursive,
                   const model::IdMapping& mapping) override;
  void mount_overlay(const ports::OverlayFolders& folders,
                     const std::filesystem::path& path) override;
  UniqueFd hold(const std::filesystem::path& path) override;
  void unmount(const std::filesystem::path& path) override;
  void pin_netns(const std::filesystem::path& path) override;
  void pin_netns_of(int pid, const std::filesystem::path& path) override;
  void unpin_netns(const std::filesystem::path& path) override;
};

class HostProcesses : public ports::Processes {
 public:
  bool alive(int pid) override;
  void kill(int pid, int signal) override;
  bool wait_gone(int pid, std::chrono::milliseconds timeout) override;
  std::string boot_id() override;
};

}  // namespace gantry::engine
