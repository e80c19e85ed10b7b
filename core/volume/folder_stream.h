// SPDX-License-Identifier: Apache-2.0
//
// The names in a folder, "." and ".." left out. One thread.
#pragma once

#include <dirent.h>

#include <memory>
#include <string>

namespace gantry::volume {

class FolderStream {
 public:
  // folder stays its owner's. shown names it in messages.
  FolderStream(int folder, const std::string& shown);
  // nullptr at the end; valid until the next call.
  [[nodiscard]] const char* next();

 private:
  std::unique_ptr<DIR, int (*)(DIR*)> stream_;
};

}  // namespace gantry::volume
