// SPDX-License-Identifier: Apache-2.0
#include "core/userns/needed_ids.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sdk/support/files.h"
#include "sdk/support/tree_walk.h"

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

// Answers whether it is a folder.
bool note_owner(int folder, const char* name, std::uint32_t& needed) {
  struct stat info {};
  if (::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return false;  // it has gone meanwhile
  }
  note(info.st_uid, needed);
  note(info.st_gid, needed);
  return S_ISDIR(info.st_mode);
}

void note_owners(UniqueFd root, const std::string& shown, std::uint32_t& needed) {
  TreeWalk walk(std::move(root), shown);
  (void)note_owner(walk.folder(), ".", needed);
  while (walk.next()) {
    if (!walk.left() && note_owner(walk.folder(), walk.name().c_str(), needed)) {
      (void)walk.enter();
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
  note_owners(open_file(fd_path(root_fd), O_RDONLY | O_DIRECTORY), shown, needed);
  for (const char* file : {"/etc/passwd", "/etc/group"}) {
    needed = std::max(needed, needed_ids(read_in_root(root_fd, file)));
  }
  return needed;
}

}  // namespace gantry::userns
