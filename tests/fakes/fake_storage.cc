// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_storage.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sdk/support/digest.h"
#include "sdk/support/files.h"

namespace gantry::fakes {

template <typename F>
auto FakeStorage::act(std::string_view operation, F&& f) {
  if (before) {
    before(operation);
  }
  const auto done = [&] {
    if (after) {
      after(operation);
    }
  };
  std::unique_lock lock(mutex_);
  if constexpr (std::is_void_v<decltype(f())>) {
    f();
    lock.unlock();
    done();
  } else {
    auto result = f();
    lock.unlock();
    done();
    return result;
  }
}

FakeLayer& FakeStorage::at(const std::string& id) {
  const auto layer = layers_.find(id);
  if (layer == layers_.end()) {
    throw Error(Code::kNotFound, "layer " + id + " does not exist");
  }
  return layer->second;
}

FakeLayer& FakeStorage::committed(const std::string& id) {
  FakeLayer& layer = at(id);
  if (!layer.committed) {
    throw Error(Code::kNotFound, "layer " + id + " does not exist, it is in staging");
  }
  return layer;
}

void FakeStorage::init() {
  act("storage.init", [] {});
}

void FakeStorage::create(const ports::LayerCreate& request) {
  act("storage.create", [&] {
    if (layers_.contains(request.id)) {
      throw Error(Code::kExists, "layer " + request.id + " exists");
    }
    if (!request.parent.empty()) {
      (void)committed(request.parent);
    }
    FakeLayer layer;
    layer.parent = request.parent;
    layer.writable = request.writable;
    layer.mapping = request.mapping;
    layer.options_json = request.options_json;
    layers_.emplace(request.id, std::move(layer));
  });
}

ports::Applied FakeStorage::apply(const std::string& id, int fd) {
  return act("storage.apply", [&] {
    FakeLayer& layer = at(id);
    if (layer.committed || !layer.tar.empty()) {
      throw Error(Code::kInvalid, "layer " + id + " has content already");
    }
    layer.tar = read_all(fd, "layer " + id);
    if (layer.tar.size() % 512 != 0) {
      throw Error(Code::kCorrupt, "layer " + id + " is no tar stream");
    }
    return ports::Applied{layer.tar.size(), "sha256:" + sha256_hex(layer.tar)};
  });
}

void FakeStorage::commit(const std::string& id) {
  act("storage.commit", [&] { at(id).committed = true; });
}

void FakeStorage::remove(const std::string& id) {
  act("storage.remove", [&] {
    for (const auto& [child, layer] : layers_) {
      if (layer.parent == id) {
        throw Error(Code::kBusy, "layer " + id + " is the parent of " + child);
      }
    }
    layers_.erase(id);
    if (!root_.empty()) {
      remove_tree(mount_point(id));
    }
  });
}

std::vector<std::string> FakeStorage::list() {
  return act("storage.list", [&] {
    std::vector<std::string> ids;
    for (const auto& [id, layer] : layers_) {
      if (layer.committed) {
        ids.push_back(id);
      }
    }
    return ids;
  });
}

ports::LayerInfo FakeStorage::stat(const std::string& id) {
  return act("storage.stat", [&] {
    const FakeLayer& layer = committed(id);
    if (layer.damaged) {
      throw Error(Code::kCorrupt, "layer " + id + " cannot be read: remove what it is of");
    }
    return ports::LayerInfo{layer.parent, layer.writable, layer.mounted, 0};
  });
}

std::filesystem::path FakeStorage::mount(const ports::LayerMount& request) {
  return act("storage.mount", [&] {
    if (root_.empty()) {
      throw Error(Code::kUnsupported, "this fake storage has no folder to mount in");
    }
    FakeLayer& layer = committed(request.id);
    make_directories(mount_point(request.id));
    layer.mounted = true;
    return mount_point(request.id);
  });
}

void FakeStorage::unmount(const std::string& id) {
  act("storage.unmount", [&] {
    if (const auto layer = layers_.find(id); layer != layers_.end()) {
      layer->second.mounted = false;
    }
  });
}

void FakeStorage::diff(const std::string& id, int fd) {
  const std::string tar = act("storage.diff", [&] { return committed(id).tar; });
  write_all(fd, tar, "diff of layer " + id);
}

std::vector<ports::Change> FakeStorage::changes(const std::string& id) {
  return act("storage.changes", [&] { return committed(id).changes; });
}

ports::Usage FakeStorage::usage(const std::string& id) {
  return act("storage.usage", [&] { return ports::Usage{committed(id).tar.size(), 1}; });
}

void FakeStorage::recover() {
  act("storage.recover", [&] {
    std::erase_if(layers_, [](const auto& layer) { return !layer.second.committed; });
  });
}

std::map<std::string, FakeLayer> FakeStorage::layers() const {
  const std::lock_guard lock(mutex_);
  return layers_;
}

std::vector<std::string> FakeStorage::staged() const {
  std::vector<std::string> ids;
  for (const auto& [id, layer] : layers()) {
    if (!layer.committed) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<std::string> FakeStorage::mounted() const {
  std::vector<std::string> ids;
  for (const auto& [id, layer] : layers()) {
    if (layer.mounted) {
      ids.push_back(id);
    }
  }
  return ids;
}

void FakeStorage::edit(const std::string& id, const std::function<void(FakeLayer&)>& change) {
  const std::lock_guard lock(mutex_);
  change(at(id));
}

void FakeStorage::reboot() {
  const std::lock_guard lock(mutex_);
  std::erase_if(layers_, [](const auto& layer) { return !layer.second.committed; });
  for (auto& [id, layer] : layers_) {
    layer.mounted = false;
  }
}

}  // namespace gantry::fakes
