// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::net_cni {

FileLock::FileLock(const std::filesystem::path& path, Mode mode)
    : fd_(open_file(path, O_RDWR | O_CREAT, 0600)) {
  while (::flock(fd_.get(), mode == Mode::kShared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno != EINTR) {
      throw errno_error(errno, "lock " + path.string());
    }
  }
}

}  // namespace gantry::net_cni
