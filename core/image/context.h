// SPDX-License-Identifier: Apache-2.0
//
// What the image services work with. A bundle of references that the caller owns; one
// thread at a time, except that bytes may be called from another.
//
// Below root, which is theirs alone:
//   lock              byte ranges of it are locked, one for each layer (layer_lock.h)
//   split/<layer>.gz  what a layer's tar was besides its files (layer_split.h)
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/ports/storage.h"
#include "core/store/store.h"

namespace gantry::image {

struct Progress {
  std::function<void(const std::string& line)> line;  // "Copying blob 3f4a9c…"
  // How far a layer is; total is 0 when nobody knows.
  std::function<void(const std::string& layer, std::uint64_t done, std::uint64_t total)> bytes;

  void say(const std::string& text) const {
    if (line) {
      line(text);
    }
  }
};

struct Context {
  ports::Storage& storage;
  store::Store& store;
  std::filesystem::path root;
  std::filesystem::path tmp;  // on disk, not in memory: archives from a pipe land here
  Progress progress = {};
  std::function<bool()> cancelled = nullptr;  // whether the user asked to stop
};

}  // namespace gantry::image
