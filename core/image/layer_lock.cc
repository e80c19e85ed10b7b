// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_lock.h"

#include <fcntl.h>

#include <cerrno>
#include <functional>

#include "core/model/ids.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

// 60 bits of the id; two layers on one byte would merely wait for each other.
off_t byte_of(const std::string& layer) {
  if (model::is_full_id(layer)) {
    return static_cast<off_t>(std::stoull(layer.substr(0, 15), nullptr, 16));
  }
  return static_cast<off_t>(std::hash<std::string>()(layer) >> 4U);
}

}  // namespace

LayerLocks::LayerLocks(const std::filesystem::path& root, std::function<bool()> cancelled)
    : cancelled_(std::move(cancelled)) {
  make_directories(root, 0700);
  fd_ = open_file(root / "lock", O_RDWR | O_CREAT, 0600);
}

bool LayerLocks::set(const std::string& layer, short type, bool wait) const {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = byte_of(layer);
  range.l_len = 1;
  while (::fcntl(fd_.get(), wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) != 0) {
    if (errno == EINTR) {
      if (cancelled_ && cancelled_()) {
        throw Error(Code::kCancelled,
                    "interrupted while another command works on layer " + layer);
      }
      continue;
    }
    if (!wait && (errno == EAGAIN || errno == EACCES)) {
      return false;
    }
    throw errno_error(errno, "lock layer " + layer);
  }
  return true;
}

void LayerLocks::share(const std::string& layer) const { (void)set(layer, F_RDLCK, true); }
void LayerLocks::own(const std::string& layer) const { (void)set(layer, F_WRLCK, true); }
bool LayerLocks::try_own(const std::string& layer) const { return set(layer, F_WRLCK, false); }
void LayerLocks::release(const std::string& layer) const { (void)set(layer, F_UNLCK, true); }

}  // namespace gantry::image
