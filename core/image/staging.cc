// SPDX-License-Identifier: Apache-2.0
#include "core/image/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

constexpr std::string_view kPrefix = "pull-";

}  // namespace

Staging::Staging(const std::filesystem::path& tmp) {
  make_directories(tmp, 0700);
  // Between making and locking it, a sweep may take it for the folder of a dead process.
  for (int tries = 0; tries < 16; ++tries) {
    path_ = make_temp_directory(tmp / (std::string(kPrefix) + "XXXXXX"));
    lock_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock_ && ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 && gantry::exists(path_)) {
      return;
    }
  }
  throw Error(Code::kBusy, "make a staging folder in " + tmp.string() +
                               ": another process removes it every time");
}

Staging::~Staging() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void drop_stale_staging(const std::filesystem::path& tmp) noexcept {
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(tmp, missing)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) {
      continue;
    }
    const UniqueFd lock(
        ::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
      std::error_code ignored;
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace gantry::image
