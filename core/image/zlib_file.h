// SPDX-License-Identifier: Apache-2.0
//
// A gzip file, through a zlib opened on first use. One thread at a time; failures name the
// file.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/support/unique_fd.h"

namespace gantry::image {

class GzipFile {
 public:
  enum class Mode { kRead, kWriteFast, kWrite };
  GzipFile(UniqueFd fd, Mode mode, std::string name);

  void write(std::string_view bytes);
  // Exactly size bytes; kCorrupt when there are fewer.
  void read(char* data, std::size_t size);
  // Up to size bytes, 0 at the end.
  [[nodiscard]] std::size_t read_some(char* data, std::size_t size);
  // Ends a file that was written; without it the file is not valid.
  void finish();

 private:
  struct Close {
    void operator()(void* file) const noexcept;
  };
  std::unique_ptr<void, Close> file_;
  std::string name_;
};

}  // namespace gantry::image
