// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry {

namespace {

// What replaces a file belongs to whom the file belonged to.
void take_after(int fd, const struct stat& old) {
  (void)::fchown(fd, old.st_uid, old.st_gid);
  (void)::fchmod(fd, old.st_mode & 07777U);
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  struct stat old {};
  const bool there = ::lstat(path_.c_str(), &old) == 0;
  if (there && !S_ISREG(old.st_mode)) {
    // A link may lead to a file that has to be made. Of a pipe the kernel refuses O_CREAT in
    // folders like /tmp (fs.protected_fifos).
    fd_ = open_file(path_, O_WRONLY | O_NOCTTY | (S_ISLNK(old.st_mode) ? O_CREAT : 0), 0666);
    return;
  }
  if (there && ::access(path_.c_str(), W_OK) != 0) {
    throw errno_error(errno, "open " + path_.string());
  }
  try {
    open_new();
  } catch (const Error& error) {
    if (!there || error.code() != Code::kPermission) {
      throw;
    }
    fd_ = open_file(path_, O_WRONLY);  // the file may be written, its folder not
    return;
  }
  if (there) {
    take_after(fd_.get(), old);
  }
}

void OutputFile::open_new() {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  fd_.reset(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  nameless_ = static_cast<bool>(fd_);
  if (!nameless_ && errno != EOPNOTSUPP && errno != EISDIR) {  // else it knows no such files
    throw errno_error(errno, "open " + path_.string());
  }
  if (!nameless_) {
    TemporaryFile file = make_temporary_beside(path_, 0666);
    fd_ = std::move(file.fd);
    temporary_ = std::move(file.path);
  }
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) {
    (void)::unlink(temporary_.c_str());
  }
}

// A file cannot be linked over another: that one is replaced by a rename.
void OutputFile::give_name() {
  const std::string self = fd_path(fd_.get());
  std::string name = path_.string();
  for (int tries = 0;; ++tries) {
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      break;
    }
    if (errno != EEXIST || tries == 1000) {
      throw errno_error(errno, "write " + name);
    }
    name = temporary_name(path_);
  }
  nameless_ = false;
  temporary_ = name == path_ ? "" : std::move(name);
}

void OutputFile::finish() {
  if (nameless_) {
    give_name();
    if (temporary_.empty()) {
      return;
    }
  }
  if (!temporary_.empty()) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
      throw errno_error(errno, "rename " + temporary_ + " to " + path_.string());
    }
    temporary_.clear();
    return;
  }
  struct stat now {};
  const off_t end = ::lseek(fd_.get(), 0, SEEK_CUR);
  if (::fstat(fd_.get(), &now) == 0 && S_ISREG(now.st_mode) && end >= 0 &&
      ::ftruncate(fd_.get(), end) != 0) {
    throw errno_error(errno, "truncate " + path_.string());
  }
}

void write_output(const std::filesystem::path& path, std::string_view text) {
  OutputFile file(path);
  write_all(file.fd(), text, path.string());
  file.finish();
}

}  // namespace gantry
