// SPDX-License-Identifier: Apache-2.0
//
// A client of conmon's attach socket: one message is one piece of output, its first byte the
// stream (2 stdout, 3 stderr); what is sent is the container's stdin. One thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "core/monitor/client_signals.h"
#include "core/monitor/detach_keys.h"
#include "core/monitor/raw_terminal.h"
#include "core/ports/monitor.h"
#include "sdk/support/unique_fd.h"

namespace gantry::monitor {

class SocketAttachment : public ports::Attachment {
 public:
  // Connects, and tells the container's terminal the size of ours.
  explicit SocketAttachment(ports::AttachRequest request);
  ports::AttachEnd run() override;

 private:
  // Each answers how the session ends, if it does.
  using End = std::optional<ports::AttachEnd>;
  End carry_output(const ClientSignals& signals, RawTerminal& raw);
  End write_output(int fd, std::string_view text, const ClientSignals& signals,
                   RawTerminal& raw);
  End read_input();
  void send_input();
  void take_signals(const ClientSignals& signals, RawTerminal& raw);
  void follow_size();

  ports::AttachRequest request_;
  DetachKeys keys_;
  UniqueFd socket_;
  std::string pending_;  // typed, not yet taken by conmon
  bool input_open_;
  bool half_closed_ = false;  // conmon was told that no more input comes
};

}  // namespace gantry::monitor
