// SPDX-License-Identifier: Apache-2.0
//
// Secrets: names in the store, data with a driver. The one driver, "file", keeps each in a
// file of its own that root alone can read; nothing here prints data, and no record holds it.
// Any number of processes at once. Failures: kNotFound, kExists, kInvalid in podman's words.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/store/store.h"

namespace gantry::secrets {

struct NewSecret {
  std::string name;
  std::string driver = "file";
  std::map<std::string, std::string> driver_options = {};
  std::map<std::string, std::string> labels = {};
  std::string data = {};
  std::int64_t created_ns = 0;
};

class Secrets {
 public:
  // Data must be smaller than this.
  static constexpr std::size_t kMaxSize = 512000;

  // folder is the file driver's; made when first needed. cancelled: whether a wait for its
  // lock shall end with kCancelled; may be null.
  Secrets(store::Store& store, std::filesystem::path folder,
          std::function<bool()> cancelled = nullptr)
      : store_(store), folder_(std::move(folder)), cancelled_(std::move(cancelled)) {}

  // The new id. The data is on the disk before the record is.
  std::string create(const NewSecret& request);
  [[nodiscard]] std::vector<model::Secret> list() const;
  [[nodiscard]] model::Secret inspect(const std::string& name_or_id) const;
  // The id removed. Containers that use it cannot be started again; those that run keep it.
  std::string remove(const std::string& name_or_id);
  // kNotFound when it, or its data, is gone.
  [[nodiscard]] std::string data(const std::string& id) const;

  // Files that no record names: what a create or rm that was killed left.
  [[nodiscard]] std::vector<std::string> orphans() const;
  void drop_orphans() const;

 private:
  // REQUIRES: the folder's lock.
  [[nodiscard]] std::vector<std::string> list_orphans() const;
  void drop_unrecorded(const std::string& id) const noexcept;

  store::Store& store_;
  std::filesystem::path folder_;
  std::function<bool()> cancelled_;
};

// Throws kInvalid unless the name is one that podman takes.
void require_valid_secret_name(const std::string& name);

}  // namespace gantry::secrets
