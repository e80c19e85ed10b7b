// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/line_reader.h"

#include <sys/stat.h>

#include <cerrno>

#include "sdk/support/errno_error.h"

namespace gantry {

namespace {
constexpr std::size_t kPiece = 65536;
}  // namespace

LineReader::LineReader(UniqueFd fd) : fd_(std::move(fd)) {
  struct stat st {};
  if (fd_ && ::fstat(fd_.get(), &st) == 0) {
    device_ = st.st_dev;
    inode_ = st.st_ino;
    position_ = ::lseek(fd_.get(), 0, SEEK_CUR);
  }
}

bool LineReader::is(const std::string& path) const noexcept {
  struct stat st {};
  return fd_ && ::stat(path.c_str(), &st) == 0 && st.st_dev == device_ && st.st_ino == inode_;
}

bool LineReader::fill() {
  if (!fd_) {
    return false;
  }
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kPiece);
  ssize_t got = -1;
  while ((got = ::pread(fd_.get(), buffer_.data() + kept, kPiece, position_)) < 0) {
    if (errno != EINTR) {
      buffer_.resize(kept);
      throw errno_error(errno, "read lines");
    }
  }
  buffer_.resize(kept + static_cast<std::size_t>(got));
  position_ += got;
  if (got > 0) {
    return true;
  }
  struct stat st {};
  if (::fstat(fd_.get(), &st) == 0 && st.st_size < position_) {
    position_ = 0;
    buffer_.clear();
    scanned_ = 0;
    return st.st_size > 0 && fill();
  }
  return false;
}

std::optional<std::string_view> LineReader::next() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      const std::string_view line(buffer_.data() + start_, end - start_);
      start_ = end + 1;
      scanned_ = start_;
      return line;
    }
    scanned_ = buffer_.size();
    if (!fill()) {
      return std::nullopt;
    }
  }
}

}  // namespace gantry
