// SPDX-License-Identifier: Apache-2.0
//
// The signals of a process that is attached to a container, taken as events instead of as
// interruptions. Owned by the thread that constructed it; the mask is as before afterwards.
#pragma once

#include <csignal>
#include <optional>

#include "sdk/support/unique_fd.h"

namespace gantry::monitor {

class ClientSignals {
 public:
  // With forward all that a container may be sent; otherwise those that would end us.
  // Job control, faults and SIGCHLD act as usual.
  explicit ClientSignals(bool forward);
  ClientSignals(const ClientSignals&) = delete;
  ClientSignals& operator=(const ClientSignals&) = delete;
  ~ClientSignals();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  // The next signal; nullopt when there is none.
  [[nodiscard]] std::optional<int> next() const;
  // Lets it act as it would have without us; may not return.
  void act(int signal) const;

 private:
  sigset_t taken_;
  sigset_t old_;
  UniqueFd fd_;
};

}  // namespace gantry::monitor
