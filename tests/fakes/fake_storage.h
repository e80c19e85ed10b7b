// SPDX-License-Identifier: Apache-2.0
//
// The storage port in memory. A layer's content is the tar that was applied to it, and diff
// gives it back; mounts are plain folders below a root that the test owns. [thread-safe]
// Outlives what uses it, so that a test may throw that away as a crash would and look at
// what is left.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/storage.h"

namespace gantry::fakes {

struct FakeLayer {
  std::string parent;
  bool writable = false;
  bool committed = false;
  bool mounted = false;
  bool damaged = false;  // stat refuses it
  std::string tar;
  ports::IdMapping mapping;
  std::string options_json;
  std::vector<ports::Change> changes;  // what changes() answers
};

class FakeStorage final : public ports::Storage {
 public:
  // root: where mount points are made; its owner removes it. Without one nothing can be
  // mounted.
  explicit FakeStorage(std::filesystem::path root = {}) : root_(std::move(root)) {}

  // Called with each operation ("storage.create", …) before it has any effect and after it
  // had its whole effect; what they throw, the caller gets.
  std::function<void(std::string_view operation)> before;
  std::function<void(std::string_view operation)> after;

  void init() override;
  void create(const ports::LayerCreate& request) override;
  ports::Applied apply(const std::string& id, int fd) override;
  void commit(const std::string& id) override;
  void remove(const std::string& id) override;
  std::vector<std::string> list() override;
  ports::LayerInfo stat(const std::string& id) override;
  std::filesystem::path mount(const ports::LayerMount& request) override;
  void unmount(const std::string& id) override;
  void diff(const std::string& id, int fd) override;
  std::vector<ports::Change> changes(const std::string& id) override;
  ports::Usage usage(const std::string& id) override;
  void recover() override;

  // What a test looks at and arranges.
  [[nodiscard]] std::map<std::string, FakeLayer> layers() const;
  [[nodiscard]] std::vector<std::string> staged() const;
  [[nodiscard]] std::vector<std::string> mounted() const;
  void edit(const std::string& id, const std::function<void(FakeLayer&)>& change);
  void reboot();  // no mounts, no staging
  [[nodiscard]] std::filesystem::path mount_point(const std::string& id) const {
    return root_ / id;
  }

 private:
  template <typename F>
  auto act(std::string_view operation, F&& f);
  FakeLayer& at(const std::string& id);         // kNotFound
  FakeLayer& committed(const std::string& id);  // kNotFound

  std::filesystem::path root_;
  mutable std::mutex mutex_;
  std::map<std::string, FakeLayer> layers_;
};

}  // namespace gantry::fakes
