// SPDX-License-Identifier: Apache-2.0
#include "core/tree/tree_reader.h"

#include <fcntl.h>
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

namespace gantry::tree {

namespace {

constexpr std::size_t kBlock = 1 << 16;

// Without "." and empty parts; "" is the folder itself. kInvalid for "..".
std::string clean_name(std::string_view raw, const std::string& shown) {
  std::string clean;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('/'), raw.size());
    const std::string_view part = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (part == "..") {
      throw Error(Code::kInvalid, "unpack into " + shown +
                                      ": the archive has a name that leads out of it (\"..\")");
    }
    if (!part.empty() && part != ".") {
      clean.append(clean.empty() ? "" : "/").append(part);
    }
  }
  return clean;
}

std::array<timespec, 2> times_of(const timespec& mtime) {
  return {timespec{0, UTIME_OMIT}, mtime};
}

timespec mtime_of(const ArchiveApi& api, archive_entry* entry) {
  return {api.entry_mtime(entry), api.entry_mtime_nsec(entry)};
}

}  // namespace

TreeReader::TreeReader(int in, int root, std::string folder, const UnpackOptions& options,
                       std::string shown)
    : api_(archive_api()),
      root_(root),
      folder_(std::move(folder)),
      options_(options),
      shown_(std::move(shown)),
      reader_(new_archive_reader()) {
  // By name: among all that the library knows are filters that run programs.
  if (options_.compressed) {
    (void)api_.read_support_filter_gzip(reader_.get());
    (void)api_.read_support_filter_bzip2(reader_.get());
    (void)api_.read_support_filter_xz(reader_.get());
    (void)api_.read_support_filter_zstd(reader_.get());
  }
  (void)api_.read_support_format_tar(reader_.get());
  if (!options_.compressed) {  // from outside, nothing at all is no archive
    (void)api_.read_support_format_empty(reader_.get());
  }
  if (api_.read_open_fd(reader_.get(), in, kBlock) != ARCHIVE_OK) {
    throw archive_error(reader_.get(), "read archive for " + shown_);
  }
}

void TreeReader::run() {
  archive_entry* entry = nullptr;
  for (;;) {
    const int answer = api_.read_next_header(reader_.get(), &entry);
    if (answer == ARCHIVE_EOF) {
      break;
    }
    if (answer < ARCHIVE_WARN) {
      throw archive_error(reader_.get(), "read archive for " + shown_);
    }
    put(entry);
  }
  for (auto late = folder_times_.rbegin(); late != folder_times_.rend(); ++late) {
    set_time(*late);
  }
}

// Only of the folder that was made: the name may stand for something else by now.
void TreeReader::set_time(const LateTime& late) const {
  try {
    const UniqueFd folder = open_in_root(root_, folder_ + "/" + late.name, O_PATH);
    struct stat info {};
    if (::fstat(folder.get(), &info) == 0 && info.st_dev == late.device &&
        info.st_ino == late.inode) {
      (void)::utimensat(AT_FDCWD, fd_path(folder.get()).c_str(), times_of(late.mtime).data(),
                        0);
    }
  } catch (const Error& e) {
    log::debug(std::string("ignoring that a folder's time is not set: ") + e.what());
  }
}

UniqueFd TreeReader::open_folder(const std::string& clean) {
  const std::string path = clean.empty() ? folder_ : folder_ + "/" + clean;
  try {
    return open_in_root(root_, path, O_PATH | O_DIRECTORY);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound || clean.empty()) {
      throw;
    }
  }
  // An archive need not name the folders of its files.
  const std::size_t slash = clean.rfind('/');
  const UniqueFd parent = open_folder(slash == std::string::npos ? "" : clean.substr(0, slash));
  const std::string leaf = slash == std::string::npos ? clean : clean.substr(slash + 1);
  const bool made = ::mkdirat(parent.get(), leaf.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) {
    throw errno_error(errno, "make folder " + clean + " in " + shown_);
  }
  UniqueFd folder = open_in_root(root_, path, O_PATH | O_DIRECTORY);
  const model::Owner owner = model::root_of(options_.mapping);
  if (made && ::fchownat(folder.get(), "", owner.uid, owner.gid, AT_EMPTY_PATH) != 0) {
    throw errno_error(errno, "change owner of " + clean + " in " + shown_);
  }
  return folder;
}

TreeReader::Place TreeReader::place_of(const std::string& clean) {
  const std::size_t slash = clean.rfind('/');
  if (slash == std::string::npos) {
    return {open_folder(""), clean, clean};
  }
  return {open_folder(clean.substr(0, slash)), clean.substr(slash + 1), clean};
}

void TreeReader::put(archive_entry* entry) {
  const char* raw = api_.entry_pathname(entry);
  const std::string clean = clean_name(raw != nullptr ? raw : "", shown_);
  if (clean.empty()) {
    return;  // the folder itself, which stays as it is
  }
  const Place place = place_of(clean);
  if (api_.entry_hardlink(entry) != nullptr) {
    put_link(entry, place);
    return;
  }
  switch (api_.entry_filetype(entry)) {
    case AE_IFDIR:
      put_folder(entry, place);
      return;
    case AE_IFREG:
      put_file(entry, place);
      return;
    default:
      put_special(entry, place);
  }
}

bool TreeReader::make_room(const Place& place) {
  struct stat info {};
  if (::fstatat(place.folder.get(), place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return true;
  }
  if (S_ISDIR(info.st_mode)) {
    if (!options_.overwrite) {
      throw Error(Code::kExists, "cannot overwrite folder " + place.name + " in " + shown_ +
                                     " with something that is none: use --overwrite");
    }
    remove_tree(fd_path(place.folder.get()) + "/" + place.leaf);
    return true;
  }
  if (::unlinkat(place.folder.get(), place.leaf.c_str(), 0) == 0 || errno == ENOENT) {
    return true;
  }
  if (errno == EBUSY) {
    return false;
  }
  throw errno_error(errno, "replace " + place.name + " in " + shown_);
}

void TreeReader::put_folder(archive_entry* entry, const Place& place) {
  constexpr int kTries = 3;
  for (int tries = 0; tries < kTries; ++tries) {
    if (::mkdirat(place.folder.get(), place.leaf.c_str(), 0700) == 0) {
      const UniqueFd fd(::openat(place.folder.get(), place.leaf.c_str(),
                                 O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      struct stat info {};
      if (!fd || ::fstat(fd.get(), &info) != 0) {
        throw errno_error(errno, "open " + place.name + " in " + shown_);
      }
      dress(fd.get(), entry, place);
      folder_times_.push_back({place.name, info.st_dev, info.st_ino, mtime_of(api_, entry)});
      return;
    }
    if (errno != EEXIST) {
      throw errno_error(errno, "make folder " + place.name + " in " + shown_);
    }
    struct stat info {};
    if (::fstatat(place.folder.get(), place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
      if (S_ISDIR(info.st_mode)) {
        return;
      }
      if (!options_.overwrite) {
        throw Error(Code::kExists, "cannot overwrite " + place.name + " in " + shown_ +
                                       " with a folder: use --overwrite");
      }
      (void)::unlinkat(place.folder.get(), place.leaf.c_str(), 0);
    }
  }
  throw Error(Code::kBusy, "make folder " + place.name + " in " + shown_ +
                               ": somebody else keeps changing it; try again");
}

void TreeReader::put_file(archive_entry* entry, const Place& place) {
  const bool fresh = make_room(place);
  const int flags = fresh ? O_WRONLY | O_CREAT | O_EXCL : O_WRONLY | O_TRUNC;
  const UniqueFd fd(::openat(place.folder.get(), place.leaf.c_str(),
                             flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!fd) {
    throw errno_error(errno, "make " + place.name + " in " + shown_);
  }
  write_content(fd.get(), place);
  if (fresh) {
    dress(fd.get(), entry, place);
    (void)::futimens(fd.get(), times_of(mtime_of(api_, entry)).data());
  }
}

void TreeReader::write_content(int fd, const Place& place) {
  std::array<char, kBlock> block{};
  for (;;) {
    const la_ssize_t got = api_.read_data(reader_.get(), block.data(), block.size());
    if (got == 0) {
      return;
    }
    if (got < 0) {
      throw archive_error(reader_.get(), "read " + place.name + " for " + shown_);
    }
    write_all(fd, {block.data(), static_cast<std::size_t>(got)}, place.name + " in " + shown_);
  }
}

void TreeReader::put_link(archive_entry* entry, const Place& place) {
  const Place source = place_of(clean_name(api_.entry_hardlink(entry), shown_));
  if (source.name == place.name) {
    return;
  }
  (void)make_room(place);
  if (::linkat(source.folder.get(), source.leaf.c_str(), place.folder.get(), place.leaf.c_str(),
               0) != 0) {
    throw errno_error(errno, "link " + place.name + " to " + source.name + " in " + shown_);
  }
}

void TreeReader::put_special(archive_entry* entry, const Place& place) {
  const mode_t type = api_.entry_filetype(entry);
  if (type != AE_IFLNK && type != AE_IFCHR && type != AE_IFBLK && type != AE_IFIFO) {
    log::warning("ignoring " + place.name + ": it is of a kind that archives do not carry");
    return;
  }
  (void)make_room(place);
  int answer = 0;
  if (type == AE_IFLNK) {
    const char* target = api_.entry_symlink(entry);
    answer =
        ::symlinkat(target != nullptr ? target : "", place.folder.get(), place.leaf.c_str());
  } else {
    const auto device = makedev(static_cast<unsigned>(api_.entry_rdevmajor(entry)),
                                static_cast<unsigned>(api_.entry_rdevminor(entry)));
    answer = ::mknodat(place.folder.get(), place.leaf.c_str(), type | 0600U,
                       type == AE_IFIFO ? 0 : device);
  }
  if (answer != 0) {
    throw errno_error(errno, "make " + place.name + " in " + shown_);
  }
  const UniqueFd fd(
      ::openat(place.folder.get(), place.leaf.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    throw errno_error(errno, "open " + place.name + " in " + shown_);
  }
  dress(fd.get(), entry, place);
  (void)::utimensat(place.folder.get(), place.leaf.c_str(),
                    times_of(mtime_of(api_, entry)).data(), AT_SYMLINK_NOFOLLOW);
}

Owner TreeReader::owner_of(archive_entry* entry, const std::string& name) const {
  const Owner inside = options_.owner.value_or(Owner{
      static_cast<uid_t>(api_.entry_uid(entry)), static_cast<gid_t>(api_.entry_gid(entry))});
  const auto uid = model::to_host(options_.mapping.uids, inside.uid);
  const auto gid = model::to_host(options_.mapping.gids, inside.gid);
  if (!uid || !gid) {
    throw Error(Code::kInvalid, name + " belongs to " + std::to_string(inside.uid) + ":" +
                                    std::to_string(inside.gid) +
                                    ", whom the user namespace of " + shown_ + " does not map");
  }
  return {*uid, *gid};
}

bool TreeReader::changes_owner(archive_entry* entry) const {
  return options_.owner && (options_.owner->uid != api_.entry_uid(entry) ||
                            options_.owner->gid != api_.entry_gid(entry));
}

// By descriptor: the name may stand for something else by now. A program that gets another
// owner does not get that owner's rights: as chown(2) has it, which a later chmod would undo.
void TreeReader::dress(int fd, archive_entry* entry, const Place& place) {
  const Owner owner = owner_of(entry, place.name);
  if (::fchownat(fd, "", owner.uid, owner.gid, AT_EMPTY_PATH) != 0) {
    throw errno_error(errno, "change owner of " + place.name + " in " + shown_);
  }
  if (api_.entry_filetype(entry) == AE_IFLNK) {
    return;
  }
  const bool powerless = api_.entry_filetype(entry) == AE_IFREG && changes_owner(entry);
  const std::string path = fd_path(fd);
  if (::chmod(path.c_str(), api_.entry_perm(entry) & (powerless ? 01777U : 07777U)) != 0) {
    throw errno_error(errno, "change mode of " + place.name + " in " + shown_);
  }
  (void)api_.entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (api_.entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    std::string text(static_cast<const char*>(value), size);
    if (name == std::string_view(kFileCapability)) {
      if (powerless) {
        continue;
      }
      text = capability_for_root(text, model::root_of(options_.mapping).uid);
    }
    if (::setxattr(path.c_str(), name, text.data(), text.size(), 0) != 0) {
      log::debug("ignoring that attribute " + std::string(name) + " of " + place.name +
                 " cannot be set");
    }
  }
}

}  // namespace gantry::tree
