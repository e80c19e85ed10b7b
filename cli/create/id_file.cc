// SPDX-License-Identifier: Apache-2.0
#include "cli/create/id_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::cli {

IdFile::IdFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) {
    return;
  }
  fd_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd_) {
    return;
  }
  if (errno == EEXIST) {
    throw Error(
        Code::kExists,
        "container id file exists. Ensure another container is not using it or delete " +
            path_);
  }
  throw errno_error(errno, "open the container id file " + path_);
}

IdFile::~IdFile() {
  if (fd_) {
    (void)::unlink(path_.c_str());
  }
}

void IdFile::write(const std::string& id) {
  if (fd_) {
    write_all(fd_.get(), id, path_);
    fd_.reset();
  }
}

}  // namespace gantry::cli
