// SPDX-License-Identifier: Apache-2.0
#include "cli/create/id_file.h"

#include <gantry/error.hpp>

#include "sdk/support/files.h"

namespace gantry::cli {

IdFile::IdFile(std::string path) : path_(std::move(path)) {
  if (!path_.empty() && exists(path_)) {
    throw Error(
        Code::kExists,
        "container id file exists. Ensure another container is not using it or delete " +
            path_);
  }
}

void IdFile::write(const std::string& id) {
  if (!path_.empty()) {
    write_file(path_, id);
  }
}

}  // namespace gantry::cli
