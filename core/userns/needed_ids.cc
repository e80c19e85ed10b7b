// SPDX-License-Identifier: Apache-2.0
#include "core/userns/needed_ids.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::userns {

namespace {

constexpr std::uint32_t kNobody = 65534;

std::optional<std::uint32_t> as_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && id != 0xffff'ffffU ? std::optional(id) : std::nullopt;
}

void note(std::optional<std::uint32_t> id, std::uint32_t& needed) {
  if (id && *id >= needed) {
    needed = *id + 1;
  }
}

// The nth part between colons; empty when there are fewer.
std::string_view field(std::string_view line, int n) {
  for (; n > 0; --n) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return {};
    }
    line.remove_prefix(colon + 1);
  }
  return line.substr(0, line.find(':'));
}

void walk(UniqueFd folder, const std::string& shown, std::uint32_t& needed) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(folder.get()), ::closedir);
  if (!dir) {
    throw errno_error(errno, "read folder " + shown);
  }
  const int fd = folder.release();
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    struct stat info {};
    if (name == ".." || ::fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    note(info.st_uid, needed);
    note(info.st_gid, needed);
    if (S_ISDIR(info.st_mode) && name != ".") {
      constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
      UniqueFd below(::openat(fd, entry->d_name, kFlags));
      if (!below) {
        throw errno_error(errno, "open folder " + shown + "/" + entry->d_name);
      }
      walk(std::move(below), shown + "/" + entry->d_name, needed);
    }
  }
}

std::string read_in_root(int root_fd, const std::string& path) {
  try {
    return read_regular_in_root(root_fd, path).value_or("");
  } catch (const Error&) {
    return {};  // a guess is made of what can be read
  }
}

}  // namespace

std::uint32_t needed_ids(std::string_view accounts) {
  std::uint32_t needed = 0;
  while (!accounts.empty()) {
    const std::size_t end = std::min(accounts.find('\n'), accounts.size());
    const std::string_view line = accounts.substr(0, end);
    accounts.remove_prefix(std::min(end + 1, accounts.size()));
    const std::string_view name = field(line, 0);
    if (name == "nobody" || name == "nogroup") {
      continue;
    }
    for (const int column : {2, 3}) {
      if (const auto id = as_id(field(line, column)); id != kNobody) {
        note(id, needed);
      }
    }
  }
  return needed;
}

std::uint32_t needed_ids_of_user(std::string_view user) {
  std::uint32_t needed = 0;
  note(as_id(field(user, 0)), needed);
  note(as_id(field(user, 1)), needed);
  return needed;
}

std::uint32_t needed_ids(int root_fd, const std::string& shown) {
  std::uint32_t needed = 0;
  walk(open_file(fd_path(root_fd), O_RDONLY | O_DIRECTORY), shown, needed);
  for (const char* file : {"/etc/passwd", "/etc/group"}) {
    needed = std::max(needed, needed_ids(read_in_root(root_fd, file)));
  }
  return needed;
}

}  // namespace gantry::userns
