// SPDX-License-Identifier: Apache-2.0
#include "core/model/mount.h"

#include <filesystem>

#include <gantry/error.hpp>

namespace gantry::model {

std::string clean_destination(const std::string& path) {
  if (!path.starts_with('/')) {
    throw Error(Code::kInvalid,
                "invalid container path \"" + path + "\", must be an absolute path");
  }
  std::string clean = std::filesystem::path(path).lexically_normal();
  if (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  if (clean == "/") {
    throw Error(Code::kInvalid,
                "invalid container path \"" + path + "\": nothing can be mounted over /");
  }
  return clean;
}

}  // namespace gantry::model
