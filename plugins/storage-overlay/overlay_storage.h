// SPDX-License-Identifier: Apache-2.0
//
// Storage on the kernel's overlayfs. The contract is <gantry/abi/storage.h>; where things
// lie is told in layer_store.h.
// Owns the locks of the layers that it has in staging: they end with it. One call at a time,
// except list, stat and usage, which touch nothing but files.
//
// Configuration: "mount-api": "auto" (default), or "legacy" to mount as Linux before 6.5.
// "id-mapping": "auto" (default: by idmapped mounts, and by changing the owners of a
// container's files at its first mount where the kernel cannot), or "shift" for the latter.
// Options of a layer: "volatile": "true": never synced, not even at unmount; for what a
// power cut may lose.
#pragma once

#include <gantry/plugin/storage.hpp>

#include <map>
#include <string>

#include "plugins/storage-overlay/layer_mounts.h"
#include "plugins/storage-overlay/layer_store.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

class OverlayStorage final : public plugin::Storage {
 public:
  OverlayStorage(plugin::Host host, const std::string& config_json);

  void probe() override;
  void init() override;
  void create(const plugin::LayerCreate& request) override;
  plugin::Applied apply(const std::string& id, int fd) override;
  void commit(const std::string& id) override;
  void remove(const std::string& id) override;
  void list(const std::function<bool(std::string_view id)>& visit) override;
  plugin::LayerInfo stat(const std::string& id) override;
  std::string mount(const plugin::LayerMount& request) override;
  void unmount(const std::string& id) override;
  void diff(const std::string& id, int fd) override;
  void changes(const std::string& id,
               const std::function<bool(int kind, std::string_view path)>& visit) override;
  plugin::Usage usage(const std::string& id) override;
  void recover() override;

 private:
  // The lock on a layer in staging; takes it over from a dead maker. Null when there is no
  // such layer.
  UniqueFd* staged_lock(const std::string& id);
  [[nodiscard]] UniqueFd lock_committed(const std::string& id) const;
  // Of a layer in staging or committed.
  [[nodiscard]] std::string folder_of(const std::string& id) const;
  void sync_staged(int folder, const LayerRecord& record, const std::string& id) const;
  void drop(const std::string& folder, const std::string& id) const;

  plugin::Host host_;
  LayerStore store_;
  LayerMounts mounts_;
  std::map<std::string, UniqueFd> staged_;
};

}  // namespace gantry::storage_overlay
