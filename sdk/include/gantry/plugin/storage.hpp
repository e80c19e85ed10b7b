// SPDX-License-Identifier: Apache-2.0
//
// Base class of a storage plug-in. The contract of each function, and the life of a layer,
// are told in <gantry/abi/storage.h>; throw gantry::Error to fail.
#pragma once

#include <gantry/abi/storage.h>
#include <gantry/error.hpp>
#include <gantry/plugin/host.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::plugin {

struct IdMaps {
  std::vector<gantry_id_range> uids;  // both empty: identity
  std::vector<gantry_id_range> gids;
};

struct LayerCreate {
  std::string id;
  std::string parent;
  std::uint32_t flags = 0;
  IdMaps maps;
  std::string options_json;
};

struct LayerMount {
  std::string id;
  std::uint32_t flags = 0;
  std::string mount_label;
  IdMaps maps;
};

struct LayerInfo {
  std::string parent;
  std::uint32_t flags = 0;
  std::int64_t created_ns = 0;
};

struct Applied {
  std::uint64_t size = 0;
  std::string diff_id;
};

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t inodes = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;
  virtual void probe() = 0;
  virtual void init() = 0;
  virtual void create(const LayerCreate& request) = 0;
  virtual Applied apply(const std::string& id, int fd) = 0;
  virtual void commit(const std::string& id) = 0;
  virtual void remove(const std::string& id) = 0;
  // visit returns false to end early.
  virtual void list(const std::function<bool(std::string_view id)>& visit) = 0;
  virtual LayerInfo stat(const std::string& id) = 0;
  virtual std::string mount(const LayerMount& request) = 0;
  virtual void unmount(const std::string& id) = 0;
  virtual void diff(const std::string& id, int fd) = 0;
  virtual void changes(const std::string& id,
                       const std::function<bool(int kind, std::string_view path)>& visit) = 0;
  virtual Usage usage(const std::string& id) = 0;
  virtual void recover() = 0;
};

}  // namespace gantry::plugin
