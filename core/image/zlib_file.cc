// SPDX-License-Identifier: Apache-2.0
#include "core/image/zlib_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "sdk/support/errno_error.h"
#include "sdk/support/lazy_library.h"

namespace gantry::image {

namespace {

struct ZlibApi {
  LazyLibrary library{"libz.so.1"};
  decltype(&::gzdopen) open = library.symbol<decltype(&::gzdopen)>("gzdopen");
  decltype(&::gzread) read = library.symbol<decltype(&::gzread)>("gzread");
  decltype(&::gzwrite) write = library.symbol<decltype(&::gzwrite)>("gzwrite");
  decltype(&::gzbuffer) buffer = library.symbol<decltype(&::gzbuffer)>("gzbuffer");
  decltype(&::gzclose) close = library.symbol<decltype(&::gzclose)>("gzclose");
};

const ZlibApi& zlib() {
  static const ZlibApi api;
  return api;
}

gzFile handle(void* file) { return static_cast<gzFile>(file); }

constexpr unsigned kBuffer = 128U << 10U;

const char* flags_of(GzipFile::Mode mode) {
  switch (mode) {
    case GzipFile::Mode::kRead:
      return "rb";
    case GzipFile::Mode::kWriteFast:
      return "wb1";
    default:
      return "wb6";
  }
}

unsigned chunk_of(std::size_t size) {
  return static_cast<unsigned>(std::min<std::size_t>(size, 1U << 30U));
}

}  // namespace

void GzipFile::Close::operator()(void* file) const noexcept {
  (void)zlib().close(handle(file));
}

GzipFile::GzipFile(UniqueFd fd, Mode mode, std::string name) : name_(std::move(name)) {
  file_.reset(zlib().open(fd.get(), flags_of(mode)));
  if (!file_) {
    throw Error(Code::kIo, "open " + name_ + ": out of memory");
  }
  (void)fd.release();
  (void)zlib().buffer(handle(file_.get()), kBuffer);
}

void GzipFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const unsigned chunk = chunk_of(bytes.size());
    errno = 0;
    if (zlib().write(handle(file_.get()), bytes.data(), chunk) != static_cast<int>(chunk)) {
      throw errno_error(errno != 0 ? errno : EIO, "write " + name_);
    }
    bytes.remove_prefix(chunk);
  }
}

std::size_t GzipFile::read_some(char* data, std::size_t size) {
  const int n = zlib().read(handle(file_.get()), data, chunk_of(size));
  if (n < 0) {
    throw Error(Code::kCorrupt, name_ + " is damaged");
  }
  return static_cast<std::size_t>(n);
}

void GzipFile::read(char* data, std::size_t size) {
  while (size > 0) {
    const std::size_t n = read_some(data, size);
    if (n == 0) {
      throw Error(Code::kCorrupt, name_ + " is cut short");
    }
    data += n;
    size -= n;
  }
}

void GzipFile::finish() {
  errno = 0;
  if (zlib().close(handle(file_.release())) != Z_OK) {
    throw errno_error(errno != 0 ? errno : EIO, "write " + name_);
  }
}

}  // namespace gantry::image
