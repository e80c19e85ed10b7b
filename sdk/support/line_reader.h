// SPDX-License-Identifier: Apache-2.0
//
// Reads a file of lines that others still write to. Owned by one thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "sdk/support/unique_fd.h"

namespace gantry {

class LineReader {
 public:
  // Reads from the descriptor's position; a reader of nothing never has a line.
  LineReader() = default;
  explicit LineReader(UniqueFd fd);

  // The next line without its end, valid until the next call; nullopt when none is complete
  // now. A file that was cut short is read again from its start.
  std::optional<std::string_view> next();
  // What stands after the last complete line.
  [[nodiscard]] std::string_view rest() const {
    return std::string_view(buffer_).substr(start_);
  }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  // Whether path names the file that is open here.
  [[nodiscard]] bool is(const std::string& path) const noexcept;

 private:
  bool fill();

  UniqueFd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  off_t position_ = 0;
  std::string buffer_;
  std::size_t start_ = 0;    // of the first line not answered yet
  std::size_t scanned_ = 0;  // no line end before this
};

}  // namespace gantry
