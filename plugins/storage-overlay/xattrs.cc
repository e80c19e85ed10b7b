// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/xattrs.h"

#include <sys/xattr.h>

#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

bool means_none(int err) { return err == ENOTSUP || err == ENODATA; }

// Calls get(buffer, size) with a buffer that is large enough; false: there is none.
template <typename Get>
bool read_sized(std::string& buffer, const std::string& doing, const Get& get) {
  buffer.resize(256);
  for (;;) {
    const ssize_t n = get(buffer.data(), buffer.size());
    if (n >= 0) {
      buffer.resize(static_cast<std::size_t>(n));
      return true;
    }
    if (means_none(errno)) {
      buffer.clear();
      return false;
    }
    if (errno != ERANGE || buffer.size() > (1U << 20)) {
      throw errno_error(errno, doing);
    }
    buffer.resize(buffer.size() * 16);
  }
}

}  // namespace

bool is_overlay_note(std::string_view name, bool rootless) {
  return name.starts_with("trusted.overlay.") ||
         (rootless && name.starts_with("user.overlay."));
}

const char* opaque_xattr(bool rootless) {
  return rootless ? "user.overlay.opaque" : "trusted.overlay.opaque";
}

std::string path_at(int folder, const std::string& name) {
  return name.empty() ? fd_path(folder) + "/." : fd_path(folder) + "/" + name;
}

std::vector<Xattr> read_xattrs(const std::string& path) {
  std::vector<Xattr> found;
  std::string names;
  if (!read_sized(names, "list the attributes of " + path, [&](char* buffer, std::size_t size) {
        return ::llistxattr(path.c_str(), buffer, size);
      })) {
    return found;
  }
  for (std::size_t at = 0; at < names.size();) {
    Xattr xattr;
    xattr.name = names.c_str() + at;
    at += xattr.name.size() + 1;
    if (read_sized(xattr.value, "read attribute " + xattr.name + " of " + path,
                   [&](char* buffer, std::size_t size) {
                     return ::lgetxattr(path.c_str(), xattr.name.c_str(), buffer, size);
                   })) {
      found.push_back(std::move(xattr));
    }
  }
  return found;
}

std::string read_xattr(const std::string& path, const char* name) {
  std::string value;
  (void)read_sized(value, std::string("read attribute ") + name + " of " + path,
                   [&](char* buffer, std::size_t size) {
                     return ::lgetxattr(path.c_str(), name, buffer, size);
                   });
  return value;
}

void copy_xattrs(const std::string& from, const std::string& to) {
  for (const Xattr& xattr : read_xattrs(from)) {
    if (!is_overlay_note(xattr.name, true) &&
        ::lsetxattr(to.c_str(), xattr.name.c_str(), xattr.value.data(), xattr.value.size(),
                    0) != 0 &&
        errno != ENOTSUP) {
      throw errno_error(errno, "set attribute " + xattr.name + " of " + to);
    }
  }
}

}  // namespace gantry::storage_overlay
