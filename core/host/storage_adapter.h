// SPDX-License-Identifier: Apache-2.0
//
// ports::Storage over a plug-in of kind "storage". Owned by the registry.
#pragma once

#include <gantry/abi/storage.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/host/instance.h"
#include "core/ports/storage.h"

namespace gantry::host {

class AbiStorage final : public ports::Storage {
 public:
  explicit AbiStorage(std::unique_ptr<Instance> instance);

  // kUnsupported says what this host or its data folder lacks.
  void probe();
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

 private:
  std::unique_ptr<Instance> instance_;
  gantry_storage_ops ops_;
};

}  // namespace gantry::host
