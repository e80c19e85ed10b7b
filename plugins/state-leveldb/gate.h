// SPDX-License-Identifier: Apache-2.0
//
// The gate of the store: an exclusive lock that many processes may wait for at once. Whoever
// leaves wakes one of them, the longest waiting; were all woken, as by FileLock::take, a
// crowd of fifty would spend more time on waking than on the work.
// Held for the life of the object, by one thread.
#pragma once

#include <string>

#include "sdk/support/file_lock.h"

namespace gantry::state_leveldb {

class Gate {
 public:
  // Waits for the lock on the file path; the pipe "queue" beside it is made when needed.
  Gate(const std::string& path, const LockWait& wait);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

 private:
  std::string queue_;
  FileLock lock_;
};

}  // namespace gantry::state_leveldb
