// SPDX-License-Identifier: Apache-2.0
//
// Where layers lie on disk. Everything derives from the id:
//
//   DATA/layers/ID/          a committed layer
//     layer                  its record (LayerRecord), written once
//     diff/                  its own content; the upper folder of a writable layer
//     work/                  overlayfs's work folder; writable layers only
//     merged/                where it is mounted
//   DATA/staging/ID/         the same, before commit; its maker holds a lock on the folder
//     applying               there while a tar stream is being unpacked, or after it failed
//   DATA/trash/ID.N/         renamed away, being deleted
//   DATA/empty/              an empty folder: the lowest layer where the kernel wants one more
//
// A lock is flock(2) on the layer's folder, dropped by the kernel when its holder dies. So
// staging that nobody has locked was left by the dead, across reboots too.
// LayerStore has no state but the path: any thread may use it at once.
#pragma once

#include <gantry/abi/storage.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

// What a layer's record says.
struct LayerRecord {
  std::uint32_t flags = 0;  // GANTRY_LAYER_WRITABLE, GANTRY_LAYER_ROOTLESS
  std::int64_t created_ns = 0;
  bool is_volatile = false;         // lost data is acceptable after a power cut
  std::vector<std::string> lowers;  // the ids below, nearest first; the first is the parent
  std::vector<gantry_id_range> uids;
  std::vector<gantry_id_range> gids;

  [[nodiscard]] bool writable() const { return (flags & GANTRY_LAYER_WRITABLE) != 0; }
  [[nodiscard]] bool rootless() const { return (flags & GANTRY_LAYER_ROOTLESS) != 0; }
  [[nodiscard]] std::string parent() const { return lowers.empty() ? "" : lowers.front(); }
};

// kInvalid unless id has the form that <gantry/abi/storage.h> tells.
void check_id(std::string_view id);

class LayerStore {
 public:
  explicit LayerStore(std::string data_dir) : data_(std::move(data_dir)) {}

  void make_folders() const;

  [[nodiscard]] std::string layers() const { return data_ + "/layers"; }
  [[nodiscard]] std::string staging() const { return data_ + "/staging"; }
  [[nodiscard]] std::string trash() const { return data_ + "/trash"; }
  [[nodiscard]] std::string empty() const { return data_ + "/empty"; }
  [[nodiscard]] std::string layer(std::string_view id) const;
  [[nodiscard]] std::string staged(std::string_view id) const;

  // The record of a committed layer; kNotFound, or kCorrupt naming the file.
  [[nodiscard]] LayerRecord record(std::string_view id) const;

  // Locks a layer's folder, waiting for a holder that is at work on it. Empty when there is
  // no such folder. kTimeout names the holder; kCancelled when cancelled, which may be empty,
  // says so.
  [[nodiscard]] UniqueFd lock(const std::string& folder,
                              const std::function<bool()>& cancelled) const;
  // Empty and busy set when another holds it; empty and busy clear when it does not exist.
  [[nodiscard]] UniqueFd try_lock(const std::string& folder, bool& busy) const;

  // A new staging folder, locked. kExists when id is taken; what a dead process left under
  // this id is moved to the trash first.
  [[nodiscard]] UniqueFd make_staged(std::string_view id) const;

  // Renames a folder into the trash; false when it was gone. Answers where it is now.
  [[nodiscard]] std::optional<std::string> move_to_trash(const std::string& folder,
                                                         std::string_view id) const;

 private:
  std::string data_;
};

// The record as text in FOLDER/layer, and back.
void write_record(int folder_fd, const LayerRecord& record, const std::string& shown);
[[nodiscard]] LayerRecord read_record(const std::string& folder, std::string_view id);

}  // namespace gantry::storage_overlay
