// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/entry_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <gantry/error.hpp>
#include <optional>
#include <string_view>

#include "plugins/storage-overlay/acl.h"
#include "plugins/storage-overlay/idmap.h"
#include "sdk/support/archive_api.h"
#include "sdk/support/errno_error.h"

namespace gantry::storage_overlay {

namespace {

// libarchive reads "-1.25" as -1 and +0.25.
timespec time_of(time_t seconds, long nanos) {
  if (seconds < 0 && nanos > 0) {
    return {seconds - 1, 1'000'000'000 - nanos};
  }
  return {seconds, nanos};
}

std::uint32_t owner(const Ranges& ranges, la_int64_t id, const char* kind) {
  const auto mapped = id >= 0 && id < 0xffffffffLL
                          ? to_host(ranges, static_cast<std::uint32_t>(id))
                          : std::nullopt;
  if (!mapped) {
    throw Error(Code::kInvalid, std::string("its ") + kind + " id " + std::to_string(id) +
                                    " is outside of what this store can map");
  }
  return *mapped;
}

}  // namespace

Attributes EntryAttributes::of(archive_entry* entry) const {
  const ArchiveApi& api = archive_api();
  Attributes it;
  it.mode = api.entry_perm(entry) & 07777U;
  it.uid = owner(record_.uids, api.entry_uid(entry), "user");
  it.gid = owner(record_.gids, api.entry_gid(entry), "group");
  it.times.modify = time_of(api.entry_mtime(entry), api.entry_mtime_nsec(entry));
  it.times.access = it.times.modify;
  if (api.entry_atime_is_set(entry) != 0) {
    it.times.access = time_of(api.entry_atime(entry), api.entry_atime_nsec(entry));
  }
  if (api.entry_xattr_reset(entry) > 0) {
    read_xattrs_of(entry, it);
  }
  if (api.entry_acl_types(entry) != 0) {
    read_acls_of(entry, it);
  }
  return it;
}

void EntryAttributes::read_xattrs_of(archive_entry* entry, Attributes& it) const {
  const ArchiveApi& api = archive_api();
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (api.entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    if (name == nullptr || is_overlay_note(name, record_.rootless())) {
      continue;
    }
    std::string text(static_cast<const char*>(value), size);
    if (name == std::string_view(kDefaultAcl)) {
      it.default_acl = mapped_acl(text);
    } else if (name == std::string_view(kAccessAcl)) {
      it.xattrs.push_back({name, mapped_acl(text)});
    } else {
      it.xattrs.push_back({name, std::move(text)});
    }
  }
}

void EntryAttributes::read_acls_of(archive_entry* entry, Attributes& it) const {
  std::string access = acl_of_entry(entry, AclKind::kAccess);
  if (!access.empty()) {
    it.xattrs.push_back({kAccessAcl, mapped_acl(access)});
  }
  const std::string inherited = acl_of_entry(entry, AclKind::kDefault);
  if (!inherited.empty()) {
    it.default_acl = mapped_acl(inherited);
  }
}

std::string EntryAttributes::mapped_acl(const std::string& value) const {
  if (record_.uids.empty() && record_.gids.empty()) {
    return value;
  }
  return map_acl(value, [this](bool is_group, std::uint32_t id) {
    return to_host(is_group ? record_.gids : record_.uids, id);
  });
}

// A file system without attributes, or one that keeps this sort for others, is no reason
// to refuse an image; anything else is.
void EntryAttributes::check_xattr(const Xattr& xattr) const {
  const int err = errno;
  if (err == ENOTSUP || (err == EPERM && record_.rootless())) {
    host_.warn("ignoring attribute " + xattr.name +
               " of a file: the file system does not take it");
    return;
  }
  throw errno_error(err, "set attribute " + xattr.name);
}

void EntryAttributes::set(int fd, const Attributes& it) const {
  // The mode after the owner, whose change drops set-user-id; both before attributes, of
  // which it drops capabilities; the times last.
  if (::fchown(fd, it.uid, it.gid) != 0 || ::fchmod(fd, it.mode) != 0) {
    throw errno_error(errno, "set owner and mode");
  }
  for (const Xattr& xattr : it.xattrs) {
    if (::fsetxattr(fd, xattr.name.c_str(), xattr.value.data(), xattr.value.size(), 0) != 0) {
      check_xattr(xattr);
    }
  }
}

// For what cannot be opened: links and nodes.
void EntryAttributes::set_at(int parent, const std::string& leaf, const Attributes& it,
                             bool has_mode) const {
  const char* name = leaf.c_str();
  if (::fchownat(parent, name, it.uid, it.gid, AT_SYMLINK_NOFOLLOW) != 0 ||
      (has_mode && ::fchmodat(parent, name, it.mode, 0) != 0)) {
    throw errno_error(errno, "set owner and mode");
  }
  const std::string path = path_at(parent, leaf);
  for (const Xattr& xattr : it.xattrs) {
    if (::lsetxattr(path.c_str(), xattr.name.c_str(), xattr.value.data(), xattr.value.size(),
                    0) != 0) {
      check_xattr(xattr);
    }
  }
  const std::array<timespec, 2> times{it.times.access, it.times.modify};
  if (::utimensat(parent, name, times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno_error(errno, "set times");
  }
}

}  // namespace gantry::storage_overlay
