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

}  // namespace

TreeWriter::TreeWriter(int out, const PackOptions& options, std::string shown)
    : api_(archive_api()),
      options_(options),
      shown_(std::move(shown)),
      writer_(new_archive_writer()),
      entry_(new_archive_entry()) {
  (void)api_.write_set_format_pax_restricted(writer_.get());
  // Names are bytes, whatever the charset of whoever made them.
  (void)api_.write_set_options(writer_.get(), "hdrcharset=BINARY");
  if (options_.compression == Compression::kGzip) {
    (void)api_.write_add_filter_gzip(writer_.get());
  } else if (options_.compression == Compression::kZstd) {
    (void)api_.write_add_filter_zstd(writer_.get());
  }
  if (api_.write_open_fd(writer_.get(), out) != ARCHIVE_OK) {
    throw archive_error(writer_.get(), "write archive of " + shown_, Code::kIo);
  }
}

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
  describe(fd, info, name);
  if (!link_to_earlier(info, name) && S_ISREG(info.st_mode)) {
    write_content(fd, info, name);
    return false;
  }
  write_header(name);
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

void TreeWriter::describe(int fd, const struct stat& info, const std::string& name) {
  (void)api_.entry_clear(entry_.get());
  api_.entry_set_pathname(entry_.get(), (S_ISDIR(info.st_mode) ? name + "/" : name).c_str());
  api_.entry_set_filetype(entry_.get(), info.st_mode & S_IFMT);
  api_.entry_set_perm(entry_.get(), info.st_mode & 07777);
  // Who is nobody to the container is told as on the host: there is no better name.
  api_.entry_set_uid(
      entry_.get(),
      model::to_container(options_.mapping.uids, info.st_uid).value_or(info.st_uid));
  api_.entry_set_gid(
      entry_.get(),
      model::to_container(options_.mapping.gids, info.st_gid).value_or(info.st_gid));
  api_.entry_set_mtime(entry_.get(), info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  api_.entry_set_size(entry_.get(), 0);
  if (S_ISLNK(info.st_mode)) {
    api_.entry_set_symlink(entry_.get(), target_of(fd, name).c_str());
  } else if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
    api_.entry_set_rdevmajor(entry_.get(), major(info.st_rdev));
    api_.entry_set_rdevminor(entry_.get(), minor(info.st_rdev));
  }
  add_xattrs(fd);
}

void TreeWriter::add_xattrs(int fd) {
  const std::string path = fd_path(fd);
  const ssize_t size = ::listxattr(path.c_str(), nullptr, 0);
  if (size <= 0) {
    return;  // none, or a file system without them
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
      api_.entry_xattr_add_entry(entry_.get(), name.c_str(), value.data(), value.size());
    }
  }
}

bool TreeWriter::link_to_earlier(const struct stat& info, const std::string& name) {
  if (S_ISDIR(info.st_mode) || info.st_nlink < 2) {
    return false;
  }
  const auto [first, is_new] = links_.try_emplace(std::pair(info.st_dev, info.st_ino), name);
  if (is_new) {
    return false;
  }
  api_.entry_set_hardlink(entry_.get(), first->second.c_str());
  return true;
}

void TreeWriter::write_header(const std::string& name) {
  // A warning is about a name that is not ASCII; it was written as it is.
  if (api_.write_header(writer_.get(), entry_.get()) < ARCHIVE_WARN) {
    throw archive_error(writer_.get(), "write " + name + " of " + shown_, Code::kIo);
  }
}

// Exactly as many bytes as the header says: a file that grows meanwhile is cut, one that
// shrinks is filled with zeros by the library.
void TreeWriter::write_content(int fd, const struct stat& info, const std::string& name) {
  const UniqueFd file = open_file(fd_path(fd), O_RDONLY | O_NOCTTY);
  api_.entry_set_size(entry_.get(), info.st_size);
  write_header(name);
  std::array<char, kBlock> block{};
  for (auto left = static_cast<std::size_t>(info.st_size); left > 0;) {
    const ssize_t got = ::read(file.get(), block.data(), std::min(block.size(), left));
    if (got < 0) {
      throw errno_error(errno, "read " + name + " in " + shown_);
    }
    if (got == 0) {
      break;
    }
    const auto size = static_cast<std::size_t>(got);
    if (api_.write_data(writer_.get(), block.data(), size) < 0) {
      throw archive_error(writer_.get(), "write " + name + " of " + shown_, Code::kIo);
    }
    left -= size;
  }
}

void TreeWriter::finish() {
  if (api_.write_close(writer_.get()) != ARCHIVE_OK) {
    throw archive_error(writer_.get(), "end archive of " + shown_, Code::kIo);
  }
}

}  // namespace gantry::tree
