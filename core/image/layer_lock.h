// SPDX-License-Identifier: Apache-2.0
//
// Keeps two processes from working on one layer, without keeping them from working on two.
// Each layer id stands for one byte of a lock file (open file description locks, so the
// kernel drops them with their holder). Who relies on a layer that no record names yet
// holds it shared; who imports or removes it holds it exclusively. While one is awaited
// no other is held exclusively, so nobody can wait in a circle.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sdk/support/unique_fd.h"

namespace gantry::image {

// All locks taken through one object end with it. Belongs to one thread.
class LayerLocks {
 public:
  // cancelled: whether a wait that a signal interrupts shall end with kCancelled; may be null.
  explicit LayerLocks(const std::filesystem::path& root,
                      std::function<bool()> cancelled = nullptr);

  // Waits: an import takes as long as its archive is long, and its end, good or bad, frees
  // the lock. A lock held already is turned into the kind asked for.
  void share(const std::string& layer) const;
  void own(const std::string& layer) const;
  // False when another process holds it.
  [[nodiscard]] bool try_own(const std::string& layer) const;
  void release(const std::string& layer) const;

 private:
  [[nodiscard]] bool set(const std::string& layer, short type, bool wait) const;
  UniqueFd fd_;
  std::function<bool()> cancelled_;
};

}  // namespace gantry::image
