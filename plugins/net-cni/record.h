// SPDX-License-Identifier: Apache-2.0
//
// What was asked of the CNI plug-ins for one attachment, and what they have answered so
// far: written before the first ADD and after each, so that DEL finds all it needs whoever
// died in between. One file each, replaced by rename.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::net_cni {

struct RecordKey {
  std::string network;
  std::string container_id;
  std::string interface_name;
  auto operator<=>(const RecordKey&) const = default;
};

struct Record {
  RecordKey key;
  std::string netns_path;
  std::string cni_version;
  std::string args;
  bool own = false;      // the network is gantry's own
  bool v4_only = false;  // own, and without an IPv6 subnet
  bool disable_check = false;
  std::vector<Json> plugins;  // as executed: with name, version and runtimeConfig
  bool complete = false;      // every ADD has answered
  Json result;                // of the last ADD; null before the first
};

// A folder of records: <network>/<container>.<interface>.json. Any thread and process may
// use it at once; one attachment belongs to one caller at a time.
class RecordFolder {
 public:
  explicit RecordFolder(std::filesystem::path root) : root_(std::move(root)) {}

  void put(const Record& record) const;
  [[nodiscard]] std::optional<Record> find(const RecordKey& key) const;
  void remove(const RecordKey& key) const;
  // What was being written when the writer was killed.
  void remove_unfinished(const RecordKey& key) const;
  // All, or those of one network. Files that cannot be read are passed to on_bad.
  [[nodiscard]] std::vector<Record> list(
      const std::string& network, const std::function<void(const std::string&)>& on_bad) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const RecordKey& key) const;
  std::filesystem::path root_;
};

}  // namespace gantry::net_cni
