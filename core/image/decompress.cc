// SPDX-License-Identifier: Apache-2.0
#include "core/image/decompress.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sdk/support/errno_error.h"

namespace gantry::image {

namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 10U;

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1f\x8b"sv)) {
    return Compression::kGzip;
  }
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd"sv)) {
    return Compression::kZstd;
  }
  if (first_bytes.size() >= 4 && first_bytes[3] == '\x18' &&
      first_bytes.substr(1, 2) == "\x2a\x4d"sv) {
    return Compression::kZstd;  // a skippable frame first, as zstd:chunked may have
  }
  if (first_bytes.starts_with("BZh"sv)) {
    return Compression::kBzip2;
  }
  if (first_bytes.starts_with("\xfd"
                              "7zXZ\0"sv)) {
    return Compression::kXz;
  }
  return Compression::kNone;
}

ReadFunction read_from_fd(int fd, std::string what) {
  return [fd, what = std::move(what)](char* data, std::size_t size) -> std::size_t {
    for (;;) {
      const ssize_t n = ::read(fd, data, size);
      if (n >= 0) {
        return static_cast<std::size_t>(n);
      }
      if (errno != EINTR) {
        throw errno_error(errno, "read " + what);
      }
    }
  };
}

Decompressor::Decompressor(ReadFunction source, std::string what)
    : source_(std::move(source)), what_(std::move(what)) {
  ahead_.resize(kMagicSize);
  std::size_t have = 0;
  while (have < ahead_.size()) {
    const std::size_t n = source_(ahead_.data() + have, ahead_.size() - have);
    if (n == 0) {
      break;
    }
    have += n;
  }
  ahead_.resize(have);
  compression_ = compression_of(ahead_);
  if (compression_ != Compression::kNone) {
    open_archive();
  }
}

void Decompressor::open_archive() {
  const ArchiveApi& api = archive_api();
  buffer_.resize(kBuffer);
  reader_ = new_archive_reader();
  archive* handle = reader_.get();
  (void)api.read_support_format_raw(handle);
  switch (compression_) {
    case Compression::kGzip:
      (void)api.read_support_filter_gzip(handle);
      break;
    case Compression::kZstd:
      (void)api.read_support_filter_zstd(handle);
      break;
    case Compression::kBzip2:
      (void)api.read_support_filter_bzip2(handle);
      break;
    default:
      (void)api.read_support_filter_xz(handle);
  }
  archive_entry* entry = nullptr;
  int rc = api.read_open(handle, this, nullptr, feed, nullptr);
  if (rc == ARCHIVE_OK) {
    rc = api.read_next_header(handle, &entry);
  }
  if (source_error_) {
    std::rethrow_exception(source_error_);
  }
  if (rc == ARCHIVE_EOF) {
    ended_ = true;
  } else if (rc < ARCHIVE_WARN) {
    throw archive_error(handle, "decompress " + what_);
  }
}

la_ssize_t Decompressor::feed(archive*, void* self, const void** buffer) {
  auto* me = static_cast<Decompressor*>(self);
  *buffer = me->buffer_.data();
  try {
    return static_cast<la_ssize_t>(me->take(me->buffer_.data(), me->buffer_.size()));
  } catch (...) {
    me->source_error_ = std::current_exception();
    return -1;
  }
}

std::size_t Decompressor::take(char* data, std::size_t size) {
  if (!ahead_.empty()) {
    const std::size_t n = std::min(size, ahead_.size());
    std::copy_n(ahead_.data(), n, data);
    ahead_.erase(0, n);
    return n;
  }
  return source_(data, size);
}

std::size_t Decompressor::read(char* data, std::size_t size) {
  if (compression_ == Compression::kNone) {
    return take(data, size);
  }
  if (ended_) {
    return 0;
  }
  const la_ssize_t n = archive_api().read_data(reader_.get(), data, size);
  if (source_error_) {
    std::rethrow_exception(std::exchange(source_error_, nullptr));
  }
  if (n < 0) {
    throw archive_error(reader_.get(), "decompress " + what_);
  }
  ended_ = n == 0;
  return static_cast<std::size_t>(n);
}

void Decompressor::drain() {
  buffer_.resize(kBuffer);
  while (take(buffer_.data(), buffer_.size()) != 0) {
  }
}

}  // namespace gantry::image
