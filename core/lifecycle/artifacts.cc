// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/artifacts.h"

#include <gantry/error.hpp>

#include <algorithm>

#include "core/model/ids.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

fs::path path_of(const layout::Layout& layout, const std::string& id, const std::string& name) {
  if (!model::is_valid_name(name)) {
    throw Error(Code::kInvalid, "\"" + name + "\" is no name for a file kept with a container");
  }
  return layout.artifacts(id) / name;
}

}  // namespace

void add_artifact(const layout::Layout& layout, const std::string& id, const std::string& name,
                  std::string_view content) {
  write_file(place_artifact(layout, id, name), content, 0600);
}

std::optional<std::string> get_artifact(const layout::Layout& layout, const std::string& id,
                                        const std::string& name) {
  return read_file_if_exists(path_of(layout, id, name));
}

void remove_artifact(const layout::Layout& layout, const std::string& id,
                     const std::string& name) {
  remove_file(path_of(layout, id, name));
}

fs::path place_artifact(const layout::Layout& layout, const std::string& id,
                        const std::string& name) {
  const fs::path path = path_of(layout, id, name);
  make_directories(layout.artifacts(id), 0700);
  return path;
}

std::vector<std::string> artifacts(const layout::Layout& layout, const std::string& id) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(layout.artifacts(id), none)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace gantry::lifecycle
