// SPDX-License-Identifier: Apache-2.0
#include "core/events/event_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "sdk/support/errno_error.h"
#include "sdk/support/file_lock.h"
#include "sdk/support/files.h"
#include "sdk/support/folder_watch.h"
#include "sdk/support/line_reader.h"
#include "sdk/support/timestamp.h"

namespace gantry::events {

namespace fs = std::filesystem;

namespace {

// Who rotates holds the lock for one rename. A process that was stopped in it shall not keep
// others from their work: they go without the event.
LockWait patience() { return {std::chrono::steady_clock::now() + std::chrono::seconds(5), {}}; }

bool is_at(int fd, const fs::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

// Opened and locked: nobody rotates it away until it is closed.
UniqueFd open_for_append(const fs::path& path) {
  for (;;) {
    UniqueFd fd(
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd && errno == ENOENT) {
      make_directories(path.parent_path(), 0700);
      continue;
    }
    if (!fd) {
      throw errno_error(errno, "open event log " + path.string());
    }
    wait_for_lock(fd.get(), LockMode::kShared, path, patience());
    if (is_at(fd.get(), path)) {
      return fd;
    }
  }
}

// A full disk may have cut the last line: the next must not become its end. A line that is
// being written looks the same, and gets an empty one after it, which is passed over.
bool ends_in_a_line(int fd) {
  struct stat info {};
  char last = '\n';
  return ::fstat(fd, &info) != 0 || info.st_size == 0 ||
         ::pread(fd, &last, 1, info.st_size - 1) != 1 || last == '\n';
}

fs::path older(const fs::path& path) { return path.string() + ".1"; }

LineReader open_reader(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno != ENOENT) {
    throw errno_error(errno, "open event log " + path.string());
  }
  return LineReader(std::move(fd));
}

// One pass over the log's generations.
class Pass {
 public:
  Pass(const ReadOptions& options, const std::function<bool(const Event&)>& on_event)
      : options_(options), on_event_(on_event) {}

  // False when the reader has had enough.
  bool drain(LineReader& lines) {
    while (const std::optional<std::string_view> line = lines.next()) {
      Event event;
      try {
        event = event_from(*line);
      } catch (const Error&) {
        continue;
      }
      if (event.time_ns >= options_.since_ns && event.time_ns <= options_.until_ns &&
          options_.filter.matches(event) && !on_event_(event)) {
        return false;
      }
    }
    return true;
  }

 private:
  const ReadOptions& options_;
  const std::function<bool(const Event&)>& on_event_;
};

// How long to wait for more; nullopt: for ever.
std::optional<std::chrono::milliseconds> time_left(std::int64_t until_ns) {
  if (until_ns == std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  const std::int64_t left = until_ns - now_ns();
  return std::chrono::milliseconds(left <= 0 ? 0 : left / 1'000'000 + 1);
}

}  // namespace

void EventLog::append(Event event) const {
  const UniqueFd fd = open_for_append(path_);
  // Only under the lock: so the order of the lines is nearly that of their times.
  if (event.time_ns == 0) {
    event.time_ns = now_ns();
  }
  const std::string line = to_text(to_json(event)) + "\n";
  write_all(fd.get(), ends_in_a_line(fd.get()) ? line : "\n" + line, path_.string());
  struct stat st {};
  if (max_size_ > 0 && ::fstat(fd.get(), &st) == 0 && st.st_size > max_size_) {
    rotate(fd.get());
  }
}

void EventLog::rotate(int fd) const {
  // Going from shared to exclusive lets others in between: whoever comes second finds the
  // name moved. Beside others who are at it, it is left to the next event.
  if (!try_lock(fd, LockMode::kExclusive, path_)) {
    return;
  }
  if (is_at(fd, path_) && ::rename(path_.c_str(), older(path_).c_str()) != 0) {
    throw errno_error(errno, "rotate " + path_.string());
  }
}

void EventLog::read(const ReadOptions& options,
                    const std::function<bool(const Event&)>& on_event) const {
  std::optional<FolderWatch> watch;
  if (options.follow) {
    make_directories(path_.parent_path(), 0700);
    watch.emplace();
    watch->add(path_.parent_path());
  }
  Pass pass(options, on_event);
  LineReader current = open_reader(path_);
  // If the log was rotated after the line above, both names lead to the same file.
  if (!current.is(older(path_))) {
    LineReader before = open_reader(older(path_));
    if (!pass.drain(before)) {
      return;
    }
  }
  for (;;) {
    if (!pass.drain(current)) {
      return;
    }
    if (!current.is(path_) && gantry::exists(path_)) {
      // Rotated, maybe after a last line; and if twice, there is a whole file between.
      LineReader next = open_reader(path_);
      if (!pass.drain(current)) {
        return;
      }
      if (current && !current.is(older(path_)) && !next.is(older(path_))) {
        LineReader between = open_reader(older(path_));
        if (!pass.drain(between)) {
          return;
        }
      }
      current = std::move(next);
      continue;
    }
    if (!watch || !watch->wait(time_left(options.until_ns))) {
      return;
    }
  }
}

}  // namespace gantry::events
