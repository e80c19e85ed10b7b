// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/shift_owners.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <gantry/error.hpp>
#include <string>
#include <utility>
#include <vector>

#include "plugins/storage-overlay/acl.h"
#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/layer_walk.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/file_capability.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

std::uint32_t mapped(const Ranges& ranges, std::uint32_t id, const std::string& path) {
  const auto host = to_host(ranges, id);
  if (!host) {
    throw Error(Code::kInvalid, "/" + path + " belongs to id " + std::to_string(id) +
                                    ", which the id mapping does not hold; map more ids");
  }
  return *host;
}

void set_xattr(const std::string& path, const char* name, const std::string& value,
               const std::string& shown) {
  if (!value.empty() && ::lsetxattr(path.c_str(), name, value.data(), value.size(), 0) != 0) {
    throw errno_error(errno, std::string("set attribute ") + name + " of /" + shown);
  }
}

void shift_lists(const std::string& path, const plugin::IdMaps& maps,
                 const std::string& shown) {
  for (const char* name : {kAccessAcl, kDefaultAcl}) {
    set_xattr(path, name,
              map_acl(read_xattr(path, name),
                      [&maps](bool is_group, std::uint32_t id) {
                        return to_host(is_group ? maps.gids : maps.uids, id);
                      }),
              shown);
  }
}

void shift_one(const WalkedFile& file, const plugin::IdMaps& maps) {
  const char* leaf = file.leaf.c_str();
  const std::string path = path_at(file.folder, file.leaf);
  const uid_t uid = mapped(maps.uids, file.st.st_uid, file.path);
  const gid_t gid = mapped(maps.gids, file.st.st_gid, file.path);
  const std::string capability = read_xattr(path, kFileCapability);
  if (::fchownat(file.folder, leaf, uid, gid, AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno_error(errno, "change the owner of /" + file.path);
  }
  if (S_ISLNK(file.st.st_mode)) {
    return;
  }
  // The kernel has taken set-user-id and capabilities away with the owner.
  if ((file.st.st_mode & (S_ISUID | S_ISGID)) != 0 &&
      ::fchmodat(file.folder, leaf, file.st.st_mode & 07777U, 0) != 0) {
    throw errno_error(errno, "restore the mode of /" + file.path);
  }
  set_xattr(path, kFileCapability,
            capability_for_root(capability, to_host(maps.uids, 0).value_or(0)), file.path);
  shift_lists(path, maps, file.path);
}

// What a file below has, as it is after a shift; labels and notes of overlayfs aside.
std::vector<Xattr> shifted_xattrs(const std::string& path, const plugin::IdMaps& maps,
                                  bool shift) {
  std::vector<Xattr> kept;
  for (Xattr& xattr : read_xattrs(path)) {
    if (is_overlay_note(xattr.name, true) || xattr.name == "security.selinux") {
      continue;
    }
    if (shift && (xattr.name == kAccessAcl || xattr.name == kDefaultAcl)) {
      xattr.value = map_acl(xattr.value, [&maps](bool is_group, std::uint32_t id) {
        return to_host(is_group ? maps.gids : maps.uids, id);
      });
    } else if (shift && xattr.name == kFileCapability) {
      xattr.value = capability_for_root(xattr.value, to_host(maps.uids, 0).value_or(0));
    }
    kept.push_back(std::move(xattr));
  }
  std::sort(kept.begin(), kept.end(),
            [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
  return kept;
}

bool same_xattrs(const WalkedFile& file, const plugin::IdMaps& maps) {
  const auto mine = shifted_xattrs(path_at(file.folder, file.leaf), maps, false);
  const auto theirs = shifted_xattrs(path_at(file.below, file.leaf), maps, true);
  return std::equal(
      mine.begin(), mine.end(), theirs.begin(), theirs.end(),
      [](const Xattr& a, const Xattr& b) { return a.name == b.name && a.value == b.value; });
}

}  // namespace

bool only_changed_hands(const WalkedFile& file, const plugin::IdMaps& maps) {
  if (file.gone || file.whiteout || file.opaque || !file.exists_below || file.below < 0) {
    return false;
  }
  const struct stat& mine = file.st;
  const struct stat& theirs = file.under;
  const bool same_content = S_ISDIR(mine.st_mode) || mine.st_size == theirs.st_size;
  return same_content && mine.st_mode == theirs.st_mode && mine.st_rdev == theirs.st_rdev &&
         mine.st_mtim.tv_sec == theirs.st_mtim.tv_sec &&
         mine.st_mtim.tv_nsec == theirs.st_mtim.tv_nsec &&
         to_host(maps.uids, theirs.st_uid) == mine.st_uid &&
         to_host(maps.gids, theirs.st_gid) == mine.st_gid &&
         (S_ISLNK(mine.st_mode) || same_xattrs(file, maps));
}

void shift_owners(int root_fd, const plugin::IdMaps& maps,
                  const std::function<bool()>& cancelled) {
  walk_layer(fd_path(root_fd) + "/.", -1, true, [&](const WalkedFile& file) {
    if (cancelled()) {
      throw Error(Code::kCancelled, "interrupted while changing the owners of a layer's files");
    }
    if (!file.path.empty()) {
      shift_one(file, maps);
    }
    return true;
  });
}

}  // namespace gantry::storage_overlay
