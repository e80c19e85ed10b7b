// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "sdk/support/errno_error.h"
#include "sdk/support/trace.h"

namespace gantry {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

FolderWatch::FolderWatch() : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!fd_) {
    throw errno_error(errno, "watch folders");
  }
}

void FolderWatch::add(const std::filesystem::path& folder) {
  constexpr unsigned kEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_FROM |
                               IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR;
  if (::inotify_add_watch(fd_.get(), folder.c_str(), kEvents) < 0) {
    throw errno_error(errno, "watch folder " + folder.string());
  }
}

void FolderWatch::drain() const noexcept {
  alignas(inotify_event) std::array<char, 4096> buffer;
  while (::read(fd_.get(), buffer.data(), buffer.size()) > 0) {
  }
}

bool FolderWatch::wait(std::optional<milliseconds> timeout) const {
  const trace::Span span(trace::Kind::kWait, "for a change in a folder");
  const auto deadline = timeout ? steady_clock::now() + *timeout : steady_clock::time_point();
  for (;;) {
    int wait_ms = -1;
    if (timeout) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
      wait_ms = static_cast<int>(std::clamp<long>(left, 0, INT_MAX));
    }
    pollfd item{fd_.get(), POLLIN, 0};
    const int n = ::poll(&item, 1, wait_ms);
    if (n > 0) {
      drain();
      return true;
    }
    if (n == 0) {
      return false;
    }
    if (errno != EINTR) {
      throw errno_error(errno, "wait for a change in a folder");
    }
  }
}

}  // namespace gantry
