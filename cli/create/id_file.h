// SPDX-License-Identifier: Apache-2.0
//
// The file of --cidfile: must not exist before, holds the id after. One thread.
#pragma once

#include <string>

#include "sdk/support/unique_fd.h"

namespace gantry::cli {

class IdFile {
 public:
  // Makes the file, so that nobody else's id goes there and no container is made whose id
  // cannot be written. kExists in podman's words when it is there. An empty path stands for
  // no file.
  explicit IdFile(std::string path);
  IdFile(const IdFile&) = delete;
  IdFile& operator=(const IdFile&) = delete;
  // Removes the file when no id came.
  ~IdFile();

  void write(const std::string& id);

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace gantry::cli
