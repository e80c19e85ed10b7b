// SPDX-License-Identifier: Apache-2.0
//
// Port: a storage driver. The contract, and the life of a layer, are told in
// <gantry/abi/storage.h>; failures come as gantry::Error.
// Owned by the engine. Any thread: calls that are not tagged [thread-safe] wait for
// each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/model/id_mapping.h"

namespace gantry::ports {

using model::IdMapping;
using model::IdRange;

struct LayerCreate {
  std::string id;
  std::string parent;  // empty: none
  bool writable = false;
  IdMapping mapping;
  std::string options_json;
};

struct LayerMount {
  std::string id;
  bool read_only = false;
  std::string mount_label;
  IdMapping mapping;
};

struct LayerInfo {
  std::string parent;
  bool writable = false;
  bool mounted = false;
  std::int64_t created_ns = 0;
};

struct Applied {
  std::uint64_t size = 0;  // of the uncompressed stream
  std::string diff_id;     // "sha256:…"
};

enum class ChangeKind { kModified = 0, kAdded = 1, kDeleted = 2 };
struct Change {
  ChangeKind kind;
  std::string path;
};

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t inodes = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;

  // Makes the driver's folders; once, before anything else.
  virtual void init() = 0;
  virtual void create(const LayerCreate& request) = 0;
  virtual Applied apply(const std::string& id, int fd) = 0;
  virtual void commit(const std::string& id) = 0;
  virtual void remove(const std::string& id) = 0;                      // gone counts as done
  virtual std::vector<std::string> list() = 0;                         // [thread-safe]
  virtual LayerInfo stat(const std::string& id) = 0;                   // [thread-safe]
  virtual std::filesystem::path mount(const LayerMount& request) = 0;  // repeatable
  virtual void unmount(const std::string& id) = 0;  // not mounted counts as done
  virtual void diff(const std::string& id, int fd) = 0;
  virtual std::vector<Change> changes(const std::string& id) = 0;
  virtual Usage usage(const std::string& id) = 0;  // [thread-safe]
  virtual void recover() = 0;
};

}  // namespace gantry::ports
