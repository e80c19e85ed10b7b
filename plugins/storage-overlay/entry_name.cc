// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/entry_name.h"

#include <gantry/error.hpp>

namespace gantry::storage_overlay {

std::string clean_entry_name(std::string_view raw) {
  if (raw.starts_with('/')) {
    throw Error(Code::kInvalid, "name \"" + std::string(raw) +
                                    "\" is absolute; make the archive with relative names "
                                    "(tar without -P)");
  }
  std::string clean;
  clean.reserve(raw.size());
  std::size_t start = 0;
  while (start < raw.size()) {
    std::size_t end = raw.find('/', start);
    end = end == std::string_view::npos ? raw.size() : end;
    const std::string_view part = raw.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") {
      continue;
    }
    if (part == "..") {
      throw Error(Code::kInvalid,
                  "name \"" + std::string(raw) + "\" leads out of the layer through \"..\"");
    }
    if (!clean.empty()) {
      clean += '/';
    }
    clean += part;
  }
  return clean;
}

SplitName split_name(const std::string& clean) {
  const std::size_t slash = clean.rfind('/');
  if (slash == std::string::npos) {
    return {"", clean};
  }
  return {clean.substr(0, slash), clean.substr(slash + 1)};
}

}  // namespace gantry::storage_overlay
