// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sdk/support/errno_error.h"

namespace gantry::monitor {

namespace {

UniqueFd open_log(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno != ENOENT) {
    throw errno_error(errno, "open log " + path);
  }
  return fd;
}

// Reads pieces from the end towards the beginning.
class Backwards {
 public:
  Backwards(int fd, off_t size) : fd_(fd), offset_(size) {}
  // Puts one more piece before text; false at the beginning of the file.
  bool extend(std::string& text) {
    const off_t size = std::min<off_t>(offset_, 65536);
    if (size == 0) {
      return false;
    }
    std::string piece(static_cast<std::size_t>(size), '\0');
    const ssize_t got = ::pread(fd_, piece.data(), piece.size(), offset_ - size);
    if (got != size) {
      return false;
    }
    offset_ -= size;
    text.insert(0, piece);
    return true;
  }
  // Of the first byte of text, in the file.
  [[nodiscard]] off_t offset() const { return offset_; }

 private:
  int fd_;
  off_t offset_;
};

// Where the last `count` lines begin; a line is what ends with a line that is not partial,
// and what was not ended yet.
off_t offset_of_tail(int fd, std::size_t count) {
  struct stat st {};
  if (::fstat(fd, &st) != 0 || count == 0) {
    return st.st_size;
  }
  Backwards file(fd, st.st_size);
  std::string text;
  std::size_t seen = 0;
  // text[0, end) is not looked at yet, and ends with a line's end.
  std::size_t end = 0;
  bool first = true;
  for (;;) {
    const std::size_t before = end < 2 ? std::string::npos : text.rfind('\n', end - 2);
    if (before == std::string::npos) {
      const std::size_t old_size = text.size();
      if (!file.extend(text)) {
        const bool stops = end > 0 && seen == count &&
                           !parse_log_line(std::string_view(text).substr(0, end - 1)).partial;
        return stops ? static_cast<off_t>(end) : 0;
      }
      end += text.size() - old_size;
      if (first) {
        // What conmon is just writing has no end yet and counts when it has.
        const std::size_t last = text.rfind('\n');
        first = last == std::string::npos;
        end = first ? 0 : last + 1;
      }
      continue;
    }
    const std::string_view line(text.data() + before + 1, end - before - 2);
    const bool ends_a_line = !parse_log_line(line).partial;
    if (ends_a_line || seen == 0) {
      if (seen == count) {
        return file.offset() + static_cast<off_t>(end);
      }
      ++seen;
    }
    end = before + 1;
    text.resize(end);
  }
}

}  // namespace

LogFile::LogFile(std::string path, std::optional<std::size_t> tail) : path_(std::move(path)) {
  UniqueFd fd = open_log(path_);
  if (fd && tail) {
    (void)::lseek(fd.get(), offset_of_tail(fd.get(), *tail), SEEK_SET);
  }
  lines_ = LineReader(std::move(fd));
}

// The parts of a line come one after the other, but streams may alternate.
std::optional<LogRecord> LogFile::join(LogRecord record) {
  std::optional<LogRecord>& open = open_[record.from_stderr ? 1 : 0];
  if (open) {
    open->text += record.text;
    open->partial = record.partial;
  } else {
    open = std::move(record);
  }
  if (open->partial) {
    return std::nullopt;
  }
  return std::exchange(open, std::nullopt);
}

std::optional<LogRecord> LogFile::drain() {
  while (const std::optional<std::string_view> line = lines_.next()) {
    if (std::optional<LogRecord> whole = join(parse_log_line(*line))) {
      return whole;
    }
  }
  return std::nullopt;
}

std::optional<LogRecord> LogFile::next() {
  for (;;) {
    std::optional<LogRecord> whole = drain();
    if (whole || lines_.is(path_)) {
      return whole;
    }
    // Replaced, or not yet there. The old file may have got its last lines between our
    // reading and its replacement.
    UniqueFd fd = open_log(path_);
    whole = drain();
    if (whole || !fd) {
      return whole;
    }
    lines_ = LineReader(std::move(fd));
  }
}

std::optional<LogRecord> LogFile::unfinished() {
  // A monitor that was killed may have left half a line.
  if (!lines_.rest().empty()) {
    const std::string rest(lines_.rest());
    lines_ = LineReader();
    if (std::optional<LogRecord> whole = join(parse_log_line(rest))) {
      return whole;
    }
  }
  for (std::optional<LogRecord>& open : open_) {
    if (open) {
      return std::exchange(open, std::nullopt);
    }
  }
  return std::nullopt;
}

}  // namespace gantry::monitor
