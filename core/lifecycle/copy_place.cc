// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/copy_place.h"

#include <fcntl.h>
#include <limits.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxLinks = 40;  // as the kernel allows

UniqueFd open_at(const CopyPlace& place, const std::string& path, int flags) {
  return place.root >= 0 ? open_in_root(place.root, path, flags) : open_file(path, flags);
}

Error not_found(const CopyPlace& place, const std::string& path) {
  return {Code::kNotFound, "\"" + path + "\" could not be found on " + place.shown +
                               ": no such file or directory"};
}

struct Split {
  std::string folder;
  std::string leaf;
};

// "/a/b//" -> "/a", "b".
Split split(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  const std::size_t slash = path.rfind('/');
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

bool means_content(const std::string& leaf) {
  return leaf.empty() || leaf == "." || leaf == "..";
}

struct stat stat_of(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    throw errno_error(errno, "look at " + path);
  }
  return info;
}

// Folder and name behind all links of the last component; whether it exists is left open.
CopyTarget follow(const CopyPlace& place, std::string path) {
  for (int links = 0; links < kMaxLinks; ++links) {
    const Split parts = split(path);
    CopyTarget target;
    try {
      target.folder = open_at(place, parts.folder, O_PATH | O_DIRECTORY);
    } catch (const Error& e) {
      throw e.code() == Code::kNotFound ? not_found(place, path) : e;
    }
    target.path = parts.folder;
    target.leaf = parts.leaf;
    std::array<char, PATH_MAX> link{};
    const ssize_t size =
        ::readlinkat(target.folder.get(), parts.leaf.c_str(), link.data(), link.size());
    if (size < 0) {
      return target;
    }
    const std::string next(link.data(), static_cast<std::size_t>(size));
    path = next.starts_with('/') ? next : parts.folder + "/" + next;
  }
  throw Error(Code::kInvalid,
              "\"" + path + "\" on " + place.shown + ": too many levels of symbolic links");
}

std::optional<UniqueFd> open_if_exists(const CopyPlace& place) {
  try {
    return open_at(place, place.path, O_PATH);
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

CopyTarget missing_target(const CopyPlace& place) {
  if (place.path.ends_with('/') || means_content(split(place.path).leaf)) {
    throw not_found(place, place.path);
  }
  return follow(place, place.path);
}

}  // namespace

CopySource open_source(const CopyPlace& place) {
  CopySource source;
  try {
    source.fd = open_at(place, place.path, O_PATH);
  } catch (const Error& e) {
    throw e.code() == Code::kNotFound ? not_found(place, place.path) : e;
  }
  source.info = stat_of(source.fd.get(), place.path);
  const std::string leaf = split(place.path).leaf;
  source.name = means_content(leaf) ? "" : leaf;
  return source;
}

CopyTarget open_target(const CopyPlace& place, const CopySource& source) {
  std::optional<UniqueFd> there = open_if_exists(place);
  if (!there) {
    return missing_target(place);
  }
  const struct stat info = stat_of(there->get(), place.path);
  if (S_ISDIR(info.st_mode)) {
    return {std::move(*there), place.path, ""};
  }
  if (S_ISDIR(source.info.st_mode)) {
    throw Error(Code::kInvalid, "destination must be a directory when copying a directory: " +
                                    place.path + " on " + place.shown + " is a file");
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(Code::kInvalid, "destination must be either a file or a directory: " +
                                    place.path + " on " + place.shown + " is neither");
  }
  return follow(place, place.path);
}

CopyTarget open_target_folder(const CopyPlace& place) {
  std::optional<UniqueFd> there = open_if_exists(place);
  if (!there) {
    throw not_found(place, place.path);
  }
  if (!S_ISDIR(stat_of(there->get(), place.path).st_mode)) {
    throw Error(Code::kInvalid, "destination must be a directory when copying from stdin: " +
                                    place.path + " on " + place.shown + " is none");
  }
  return {std::move(*there), place.path, ""};
}

bool is_inside(int folder, const struct stat& other) {
  UniqueFd current = open_file(fd_path(folder), O_PATH | O_DIRECTORY);
  struct stat below {};
  for (;;) {
    const struct stat info = stat_of(current.get(), "folder");
    if (info.st_dev == other.st_dev && info.st_ino == other.st_ino) {
      return true;
    }
    if (info.st_dev == below.st_dev && info.st_ino == below.st_ino) {
      return false;  // ".." of the root
    }
    below = info;
    UniqueFd above(::openat(current.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above) {
      throw errno_error(errno, "open the folder above");
    }
    current = std::move(above);
  }
}

}  // namespace gantry::lifecycle
