// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"

namespace gantry {

namespace fs = std::filesystem;

UniqueFd open_file(const fs::path& path, int flags, mode_t mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) {
    throw errno_error(errno, "open " + path.string());
  }
  return fd;
}

namespace {

// Ends early once there are more than limit bytes.
std::string read_until(int fd, std::size_t limit, const std::string& what) {
  std::string text;
  std::array<char, 16384> buffer{};
  while (text.size() <= limit) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n == 0) {
      return text;
    }
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "read " + what);
    }
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace

std::string read_all(int fd, const std::string& what) {
  return read_until(fd, std::string::npos - 1, what);
}

std::string read_file(const fs::path& path) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  return read_all(fd.get(), path.string());
}

std::optional<std::string> read_file_if_exists(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    throw errno_error(errno, "open " + path.string());
  }
  try {
    return read_all(fd.get(), path.string());
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

void write_all(int fd, std::string_view text, const std::string& what) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "write " + what);
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string temporary_name(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.string() + ".tmp." + std::to_string(::getpid()) + "." +
         std::to_string(counter.fetch_add(1));
}

TemporaryFile make_temporary_beside(const fs::path& path, mode_t mode) {
  // A writer that was killed leaves its file, and its process id comes again.
  for (int tries = 0;; ++tries) {
    std::string name = temporary_name(path);
    UniqueFd fd(
        ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (fd) {
      return {std::move(fd), std::move(name)};
    }
    if (errno != EEXIST || tries == 1000) {
      throw errno_error(errno, "open " + name);
    }
  }
}

void write_file(const fs::path& path, std::string_view text, mode_t mode, Sync sync) {
  auto [fd, temporary] = make_temporary_beside(path, mode);
  Cleanup drop([&name = temporary] { (void)::unlink(name.c_str()); });
  // The mode is what was asked for, whatever the umask.
  if (::fchmod(fd.get(), mode) != 0) {
    throw errno_error(errno, "chmod " + temporary);
  }
  write_all(fd.get(), text, temporary);
  if (sync == Sync::kFile && ::fsync(fd.get()) != 0) {
    throw errno_error(errno, "sync " + temporary);
  }
  fd.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw errno_error(errno, "rename " + temporary + " to " + path.string());
  }
  drop.dismiss();
  if (sync == Sync::kFile) {
    sync_directory(path.parent_path());
  }
}

void sync_directory(const fs::path& path) {
  const UniqueFd fd = open_file(path.empty() ? fs::path(".") : path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) {
    throw errno_error(errno, "sync " + path.string());
  }
}

void make_directories(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) {
      throw Error(Code::kInvalid, path.string() + " exists and is not a folder");
    }
    return;
  }
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    make_directories(path.parent_path(), mode);
    if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) {
      return;
    }
  }
  throw errno_error(errno, "make folder " + path.string());
}

void remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw errno_error(errno, "remove " + path.string());
  }
}

bool exists(const fs::path& path) { return ::access(path.c_str(), F_OK) == 0; }

UniqueFd open_in_root(int root_fd, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags) | static_cast<unsigned>(O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  for (int tries = 0;; ++tries) {
    UniqueFd fd(
        static_cast<int>(::syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof(how))));
    if (fd) {
      return fd;
    }
    // The kernel answers EAGAIN when a rename raced with "..": openat2(2).
    if ((errno != EAGAIN && errno != EINTR) || tries == 32) {
      throw errno_error(errno, "open " + path);
    }
  }
}

std::optional<std::string> read_regular_in_root(int root_fd, const std::string& path,
                                                std::size_t limit) {
  UniqueFd place;
  try {
    place = open_in_root(root_fd, path, O_PATH);
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
  struct stat info {};
  if (::fstat(place.get(), &info) != 0) {
    throw errno_error(errno, "stat " + path);
  }
  if (!S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  const UniqueFd file = open_file(fd_path(place.get()), O_RDONLY);
  std::string text = read_until(file.get(), limit, path);
  if (text.size() > limit) {
    throw Error(Code::kInvalid,
                path + " has more than the " + std::to_string(limit) + " bytes it may have");
  }
  return text;
}

std::string fd_path(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

fs::path make_temp_directory(const fs::path& prefix) {
  std::string name = prefix.string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw errno_error(errno, "make folder " + name);
  }
  return name;
}

std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return ::access(name.c_str(), X_OK) == 0 ? std::optional(name) : std::nullopt;
  }
  const char* path = ::getenv("PATH");
  std::string folders = path != nullptr ? path : "";
  folders += ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::size_t start = 0;
  while (start <= folders.size()) {
    const std::size_t end = std::min(folders.find(':', start), folders.size());
    if (end > start) {
      std::string candidate = folders.substr(start, end - start) + "/" + name;
      if (::access(candidate.c_str(), X_OK) == 0) {
        return candidate;
      }
    }
    start = end + 1;
  }
  return std::nullopt;
}

}  // namespace gantry
