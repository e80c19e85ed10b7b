// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/cgroup_attach.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <string>
#include <thread>

#include "sdk/support/cgroup_folders.h"
#include "sdk/support/files.h"
#include "sdk/support/unique_fd.h"

namespace gantry::monitor {

namespace {

void attach_to_own_cgroup() noexcept {
  try {
    const auto folders =
        cgroup_folders(read_file("/proc/self/cgroup"), read_file("/proc/self/mountinfo"));
    const std::string pid = std::to_string(::getpid());
    for (const auto& [controller, folder] : folders) {
      const UniqueFd procs(::open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
      if (procs && ::write(procs.get(), pid.data(), pid.size()) > 0) {
        return;
      }
    }
  } catch (const std::exception&) {
    return;  // nothing is gained, nothing lost
  }
}

}  // namespace

void begin_cgroup_attach() noexcept {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  // Signals are for the threads that wait for them.
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  try {
    std::thread(attach_to_own_cgroup).detach();
  } catch (const std::exception&) {
    // No thread to be had: the runtime waits the longer.
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace gantry::monitor
