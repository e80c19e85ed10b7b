// SPDX-License-Identifier: Apache-2.0
//
// An image of one layer from the tarball of a root file system.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/image/context.h"

namespace gantry::image {

struct ImportOptions {
  std::string reference;             // empty: no name
  std::vector<std::string> changes;  // as apply_change takes them
  std::string message;               // comment in the history; empty: where it came from
  std::string os;                    // empty: this machine's
  std::string architecture;
  std::string variant;
  std::int64_t created_ns = 0;  // 0: now
};

// The image as it was stored. Nothing is left of it after a failure.
model::Image import_root(const Context& context, const std::filesystem::path& path,
                         const ImportOptions& options);
// From a descriptor, in one pass; what names it ("-" for standard input).
model::Image import_root(const Context& context, int fd, const std::string& what,
                         const ImportOptions& options);

}  // namespace gantry::image
