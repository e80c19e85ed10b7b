// SPDX-License-Identifier: Apache-2.0
//
// A lock on a file or folder (flock(2)) that the kernel drops when its holder dies, taken
// before a deadline. Each owner has its own open file, so that it also works between
// threads. A lock belongs to one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "sdk/support/unique_fd.h"

namespace gantry {

enum class LockMode { kShared, kExclusive };

// How long to wait for a lock.
struct LockWait {
  std::chrono::steady_clock::time_point deadline;  // in the past: try once
  std::function<bool()> cancelled;                 // may be empty
  // What is left; kTimeout, naming the holder, or kCancelled when it is over.
  [[nodiscard]] std::chrono::milliseconds left(const std::string& path) const;
};

// Work under a lock of gantry's is bounded; who waits longer than this waits in vain.
[[nodiscard]] LockWait usual_wait(std::function<bool()> cancelled);

// fd: of the file or folder at path, whose close drops the lock.
[[nodiscard]] bool try_lock(int fd, LockMode mode, const std::string& path);
void wait_for_lock(int fd, LockMode mode, const std::string& path, const LockWait& wait);

class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock() { release(); }

  // For a lock that few wait for at once: each release wakes them all.
  [[nodiscard]] static FileLock take(const std::string& path, LockMode mode,
                                     const LockWait& wait);
  // The file, made if missing, not locked yet.
  [[nodiscard]] static FileLock open(const std::string& path);
  [[nodiscard]] bool try_lock(LockMode mode, const std::string& path) {
    return gantry::try_lock(fd_.get(), mode, path);
  }
  void release() noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  explicit FileLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// Who holds locks on this file now: "process 123 (gantry)"; empty when it cannot be told.
[[nodiscard]] std::string lock_holders(const std::string& path);

}  // namespace gantry
