// SPDX-License-Identifier: Apache-2.0
//
// Ports: the machine itself, as far as the lifecycle touches it. Real ones are in
// core/engine/host_machine.h, fakes in tests/fakes. Any thread; failures are gantry::Error.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/model/id_mapping.h"
#include "sdk/support/unique_fd.h"

namespace gantry::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since the epoch.
  virtual std::int64_t now_ns() = 0;
};

// What lies over lower: only upper is written to. Both folders are made if missing.
struct OverlayFolders {
  int lower = -1;  // a folder's descriptor (O_PATH is enough)
  std::filesystem::path upper;
  std::filesystem::path work;
};

// Mounts that the core makes itself; all undone by path alone, "not there" counts as done.
class Mounter {
 public:
  virtual ~Mounter() = default;
  // A tmpfs at path (made if missing); mounted already counts as done.
  virtual void mount_tmpfs(const std::filesystem::path& path, std::int64_t size,
                           unsigned mode) = 0;
  // What source stands for (any descriptor), with or without what is mounted below it, at path
  // (made if missing); mounted already counts as done.
  virtual void bind(int source, const std::filesystem::path& path, bool recursive) = 0;
  // The same, with the owners of source itself mapped: who is `container` in a range on disk is
  // `host` in what is seen. kUnsupported where the kernel cannot do so for its file system.
  virtual void bind_mapped(int source, const std::filesystem::path& path, bool recursive,
                           const model::IdMapping& mapping) = 0;
  virtual void mount_overlay(const OverlayFolders& folders,
                             const std::filesystem::path& path) = 0;
  // What is seen at path, without what is mounted below it, for as long as the descriptor
  // lives; nobody who unmounts path has to wait for that.
  virtual UniqueFd hold(const std::filesystem::path& path) = 0;
  virtual void unmount(const std::filesystem::path& path) = 0;
  // A new network namespace, loopback up, kept alive at path; there already counts as done.
  virtual void pin_netns(const std::filesystem::path& path) = 0;
  // The same of the namespace that the process is in, in place of one pinned there before.
  virtual void pin_netns_of(int pid, const std::filesystem::path& path) = 0;
  virtual void unpin_netns(const std::filesystem::path& path) = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;
  // True while the process lives; a zombie counts as dead.
  virtual bool alive(int pid) = 0;
  // kNotFound when it is gone.
  virtual void kill(int pid, int signal) = 0;
  // Waits for its end; false when the time was over first.
  virtual bool wait_gone(int pid, std::chrono::milliseconds timeout) = 0;
  virtual std::string boot_id() = 0;
};

}  // namespace gantry::ports
