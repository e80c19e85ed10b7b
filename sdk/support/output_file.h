// SPDX-License-Identifier: Apache-2.0
//
// A file that a user named for output. A regular file, or one that is not there yet, appears
// or changes as a whole in finish(); a link, a device or a pipe stays what it is and is
// written to. Without finish(), and whenever the process is killed, a regular file is as it
// was, and nothing new is left where the file system knows files without a name.
// One thread. Failures are Errors that name the path.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sdk/support/unique_fd.h"

namespace gantry {

class OutputFile {
 public:
  // A path that cannot be written is told here. Nothing is truncated yet.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  void finish();

 private:
  void open_new();
  void give_name();

  std::filesystem::path path_;
  UniqueFd fd_;
  bool nameless_ = false;
  std::string temporary_;  // empty, and not nameless: path itself is open
};

void write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace gantry
