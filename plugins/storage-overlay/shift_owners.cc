// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/shift_owners.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <gantry/error.hpp>
#include <string>

#include "plugins/storage-overlay/acl.h"
#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/layer_walk.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

constexpr const char* kCapability = "security.capability";

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
  const std::string capability = read_xattr(path, kCapability);
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
  set_xattr(path, kCapability, capability, file.path);
  shift_lists(path, maps, file.path);
}

}  // namespace

void shift_owners(int root_fd, const plugin::IdMaps& maps,
                  const std::function<bool()>& cancelled) {
  walk_layer(fd_path(root_fd) + "/.", -1, true, [&](const WalkedFile& file) {
    if (cancelled()) {
      throw Error(Code::kCancelled, "cancelled");
    }
    if (!file.path.empty()) {
      shift_one(file, maps);
    }
    return true;
  });
}

}  // namespace gantry::storage_overlay
