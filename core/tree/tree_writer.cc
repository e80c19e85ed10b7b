// SPDX-License-Identifier: Apache-2.0
#include "core/tree/tree_writer.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "core/log/log.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/file_capability.h"
#include "sdk/support/files.h"
#include "sdk/support/tree_walk.h"

namespace gantry::tree {

namespace {

constexpr std::size_t kBlock = 1 << 16;
constexpr std::size_t kLargestXattr = 1 << 16;

// What an overlay or a security module keeps for itself means nothing elsewhere.
bool is_portable(std::string_view xattr) {
  return xattr != "security.selinux" && !xattr.starts_with("trusted.overlay.") &&
         !xattr.starts_with("user.overlay.");
}

std::string target_of(int link, const std::string& shown) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
  if (size < 0) {
    throw errno_error(errno, "read link " + shown);
  }
  return {target.data(), static_cast<std::size_t>(size)};
}

// The typeflag of a header.
char type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFLNK:
      return '2';
    case S_IFCHR:
      return '3';
    case S_IFBLK:
      return '4';
    case S_IFDIR:
      return '5';
    case S_IFIFO:
      return '6';
    default:
      return '0';
  }
}

}  // namespace

TreeWriter::TreeWriter(int out, const PackOptions& options, std::string shown)
    : options_(options),
      shown_(std::move(shown)),
      out_(out, options.compression, "archive of " + shown_),
      tar_([this](std::string_view bytes) { out_.write(bytes); }) {}

void TreeWriter::add(int fd, const std::string& name) {
  if (add_one(fd, name)) {
    add_content(fd, name);
  }
}

bool TreeWriter::add_one(int fd, const std::string& name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    throw errno_error(errno, "look at " + name + " in " + shown_);
  }
  if (S_ISSOCK(info.st_mode)) {
    return false;
  }
  if (!options_.devices && (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode))) {
    log::warning("leaving out " + name + " of " + shown_ + ": it is a device");
    return false;
  }
  PaxEntry entry = describe(info, name);
  if (!link_to_earlier(info, entry)) {
    entry.xattrs = xattrs_of(fd);
    if (S_ISREG(info.st_mode)) {
      write_file(fd, std::move(entry), info);
      return false;
    }
    if (S_ISLNK(info.st_mode)) {
      entry.link = target_of(fd, name);
    }
  }
  tar_.begin(entry);
  tar_.end();
  return S_ISDIR(info.st_mode);
}

void TreeWriter::add_content(int folder, const std::string& name) {
  const std::string prefix = name.empty() || name.ends_with('/') ? name : name + "/";
  TreeWalk walk(open_file(fd_path(folder), O_RDONLY | O_DIRECTORY), shown_ + "/" + name);
  while (walk.next()) {
    if (walk.left()) {
      continue;
    }
    const UniqueFd fd(
        ::openat(walk.folder(), walk.name().c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && errno != ENOENT) {  // removed meanwhile by whoever works there
      throw errno_error(errno, "open " + walk.shown());
    }
    if (fd && add_one(fd.get(), prefix + walk.path())) {
      (void)walk.enter();
    }
  }
}

PaxEntry TreeWriter::describe(const struct stat& info, const std::string& name) const {
  PaxEntry entry;
  entry.name = S_ISDIR(info.st_mode) ? name + "/" : name;
  entry.type = type_of(info.st_mode);
  entry.mode = info.st_mode & 07777;
  // Who is nobody to the container is told as on the host: there is no better name.
  entry.uid = model::to_container(options_.mapping.uids, info.st_uid).value_or(info.st_uid);
  entry.gid = model::to_container(options_.mapping.gids, info.st_gid).value_or(info.st_gid);
  // A fraction would cost each file a record of its own.
  entry.modified.tv_sec = info.st_mtim.tv_sec;
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
    entry.device_major = major(info.st_rdev);
    entry.device_minor = minor(info.st_rdev);
  }
  return entry;
}

std::vector<Xattr> TreeWriter::xattrs_of(int fd) const {
  std::vector<Xattr> found;
  const std::string path = fd_path(fd);
  const ssize_t size = ::listxattr(path.c_str(), nullptr, 0);
  if (size <= 0) {
    return found;  // none, or a file system without them
  }
  std::string names(static_cast<std::size_t>(size), '\0');
  const ssize_t got = ::listxattr(path.c_str(), names.data(), names.size());
  names.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    if (!is_portable(name)) {
      continue;
    }
    std::string value(kLargestXattr, '\0');
    const ssize_t length = ::getxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (length >= 0) {
      value.resize(static_cast<std::size_t>(length));
      if (name == kFileCapability) {
        value = capability_without_root(value, model::root_of(options_.mapping).uid);
      }
      found.push_back({name, std::move(value)});
    }
  }
  return found;
}

bool TreeWriter::link_to_earlier(const struct stat& info, PaxEntry& entry) {
  if (S_ISDIR(info.st_mode) || info.st_nlink < 2) {
    return false;
  }
  const auto [first, is_new] =
      links_.try_emplace(std::pair(info.st_dev, info.st_ino), entry.name);
  if (is_new) {
    return false;
  }
  entry.type = '1';
  entry.link = first->second;
  return true;
}

// Exactly as many bytes as the header says: a file that grows meanwhile is cut, one that
// shrinks is filled with zeros.
void TreeWriter::write_file(int fd, PaxEntry entry, const struct stat& info) {
  const UniqueFd file = open_file(fd_path(fd), O_RDONLY | O_NOCTTY);
  entry.size = static_cast<std::uint64_t>(info.st_size);
  tar_.begin(entry);
  std::array<char, kBlock> block{};
  for (std::uint64_t left = entry.size; left > 0;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), left));
    ssize_t got = ::read(file.get(), block.data(), wanted);
    if (got < 0) {
      throw errno_error(errno, "read " + entry.name + " in " + shown_);
    }
    if (got == 0) {
      std::fill_n(block.begin(), wanted, '\0');
      got = static_cast<ssize_t>(wanted);
    }
    tar_.content({block.data(), static_cast<std::size_t>(got)});
    left -= static_cast<std::uint64_t>(got);
  }
  tar_.end();
}

void TreeWriter::finish() {
  tar_.finish();
  out_.finish();
}

}  // namespace gantry::tree
