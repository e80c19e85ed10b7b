// SPDX-License-Identifier: Apache-2.0
#include "core/image/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

UniqueFd make_spool(const std::filesystem::path& folder) {
  make_directories(folder, 0700);
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd) {
    return fd;
  }
  if (errno != EOPNOTSUPP && errno != EISDIR) {
    throw errno_error(errno, "make a temporary file in " + folder.string());
  }
  // A file system without nameless files.
  std::string name = folder / "spool-XXXXXX";
  fd.reset(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) {
    throw errno_error(errno, "make a temporary file in " + folder.string());
  }
  (void)::unlink(name.c_str());
  return fd;
}

UniqueFd spool(const std::filesystem::path& folder, const ReadFunction& read) {
  UniqueFd fd = make_spool(folder);
  std::string buffer(std::size_t{256} << 10U, '\0');
  while (const std::size_t n = read(buffer.data(), buffer.size())) {
    write_all(fd.get(), std::string_view(buffer).substr(0, n),
              "temporary file in " + folder.string());
  }
  return fd;
}

}  // namespace gantry::image
