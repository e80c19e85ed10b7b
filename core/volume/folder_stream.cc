// SPDX-License-Identifier: Apache-2.0
#include "core/volume/folder_stream.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "sdk/support/errno_error.h"
#include "sdk/support/unique_fd.h"

namespace gantry::volume {

FolderStream::FolderStream(int folder, const std::string& shown)
    : stream_(nullptr, ::closedir) {
  UniqueFd again(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  stream_.reset(again ? ::fdopendir(again.get()) : nullptr);
  if (!stream_) {
    throw errno_error(errno, "read folder " + shown);
  }
  (void)again.release();
}

const char* FolderStream::next() {
  while (const dirent* found = ::readdir(stream_.get())) {
    if (std::strcmp(found->d_name, ".") != 0 && std::strcmp(found->d_name, "..") != 0) {
      return found->d_name;
    }
  }
  return nullptr;
}

}  // namespace gantry::volume
