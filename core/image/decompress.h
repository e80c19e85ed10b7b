// SPDX-License-Identifier: Apache-2.0
//
// Streams out of their compression: gzip, zstd, bzip2, xz, or none. Told by the first bytes,
// not by what a document claims. A Decompressor belongs to one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "sdk/support/archive_api.h"

namespace gantry::image {

enum class Compression { kNone, kGzip, kZstd, kBzip2, kXz };
inline constexpr std::size_t kMagicSize = 6;
[[nodiscard]] Compression compression_of(std::string_view first_bytes);

// Fills data with up to size bytes; 0 at the end. Throws gantry::Error.
using ReadFunction = std::function<std::size_t(char* data, std::size_t size)>;
[[nodiscard]] ReadFunction read_from_fd(int fd, std::string what);

class Decompressor {
 public:
  // what names the stream in messages.
  Decompressor(ReadFunction source, std::string what);
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() = default;

  // At least one byte unless at the end. kCorrupt when the compressed data is broken.
  [[nodiscard]] std::size_t read(char* data, std::size_t size);
  // Takes what is left of the source behind the compressed data.
  void drain();
  [[nodiscard]] Compression compression() const noexcept { return compression_; }

 private:
  static la_ssize_t feed(archive* handle, void* self, const void** buffer);
  void open_archive();
  std::size_t take(char* data, std::size_t size);

  ReadFunction source_;
  std::string what_;
  std::string ahead_;  // read to find out the compression
  std::string buffer_;
  std::exception_ptr source_error_;  // libarchive is C: it waits here
  Compression compression_ = Compression::kNone;
  bool ended_ = false;
  ArchiveReader reader_;
};

}  // namespace gantry::image
