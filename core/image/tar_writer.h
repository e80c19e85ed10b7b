// SPDX-License-Identifier: Apache-2.0
//
// Writes the archives that images are saved in: plain files with short names, in ustar. The
// same input gives the same bytes. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gantry::image {

class TarWriter {
 public:
  using Write = std::function<void(std::string_view)>;
  explicit TarWriter(Write write) : write_(std::move(write)) {}

  void folder(const std::string& name);
  void file(const std::string& name, std::string_view content);
  // A file whose content follows by content(), size bytes in all; then end_file().
  void begin_file(const std::string& name, std::uint64_t size);
  void content(std::string_view bytes);
  void end_file();  // kInternal when it got more or fewer bytes than announced
  void finish();

 private:
  void header(const std::string& name, std::uint64_t size, char type);
  Write write_;
  std::uint64_t size_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace gantry::image
