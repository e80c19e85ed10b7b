// SPDX-License-Identifier: Apache-2.0
//
// How a layer and those below it become one overlay: which folders, with whose ids. Looks
// at the disk each time and remembers nothing, so a reboot needs no special care. Locks are
// the caller's.
#pragma once

#include <gantry/plugin/storage.hpp>

#include <string>

#include "plugins/storage-overlay/layer_store.h"
#include "plugins/storage-overlay/overlay_mount.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

class LayerMounts {
 public:
  // Both must outlive it.
  LayerMounts(const LayerStore& store, const plugin::Host& host) : store_(store), host_(host) {}

  void use(MountApi api) { api_ = api; }
  [[nodiscard]] MountApi api() const { return api_; }
  // Changes owners even where the kernel could map them.
  void always_shift(bool always) { always_shift_ = always; }

  // Mounts a committed layer that the caller has locked; mounted already counts as done.
  std::string mount(const plugin::LayerMount& request) const;
  // What lies below a layer, merged and mounted nowhere; empty when nothing does.
  [[nodiscard]] UniqueFd open_parents(const LayerRecord& record) const;

 private:
  [[nodiscard]] OverlayMount plan_of(const std::string& id, const LayerRecord& record,
                                     const plugin::LayerMount& request) const;
  // Marks the lowers whose owners are to be mapped, and answers with the namespace that
  // says how; empty when ids stand for themselves.
  [[nodiscard]] UniqueFd map_owners(OverlayMount& mount, const std::string& id,
                                    const LayerRecord& record,
                                    const plugin::IdMaps& asked) const;
  // The overlay, with its owners mapped or changed as the record asks.
  [[nodiscard]] UniqueFd open(const OverlayMount& plan, const std::string& id,
                              const LayerRecord& record) const;
  [[nodiscard]] UniqueFd open_shifted(const OverlayMount& plan, const std::string& id,
                                      const LayerRecord& record) const;
  [[nodiscard]] std::string why_not_mounted(const LayerRecord& record) const;

  const LayerStore& store_;
  const plugin::Host& host_;
  MountApi api_ = MountApi::kNewest;
  bool always_shift_ = false;
};

}  // namespace gantry::storage_overlay
