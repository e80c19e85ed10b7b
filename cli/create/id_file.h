// SPDX-License-Identifier: Apache-2.0
//
// The file of --cidfile: must not exist before, holds the id after. One thread.
#pragma once

#include <string>

namespace gantry::cli {

class IdFile {
 public:
  // kExists in podman's words when the file is there. An empty path stands for no file.
  explicit IdFile(std::string path);
  void write(const std::string& id);

 private:
  std::string path_;
};

}  // namespace gantry::cli
