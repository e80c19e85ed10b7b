// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/mount_point.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace gantry {

bool is_mount_point(const std::filesystem::path& path) {
  struct statx info {};
  return ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace gantry
