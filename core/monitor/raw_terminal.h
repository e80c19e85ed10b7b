// SPDX-License-Identifier: Apache-2.0
//
// A terminal in raw mode, and back again when the owner goes. One for each terminal.
#pragma once

#include <termios.h>

#include <optional>
#include <utility>

namespace gantry::monitor {

class RawTerminal {
 public:
  // Does nothing when fd is no terminal.
  explicit RawTerminal(int fd);
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() { restore(); }

  void restore() noexcept;
  // Raw again after restore(): the process was stopped and continued.
  void enter();

 private:
  int fd_;
  std::optional<termios> saved_;
};

// Rows and columns; nullopt when fd is no terminal or does not know.
[[nodiscard]] std::optional<std::pair<unsigned, unsigned>> terminal_size(int fd) noexcept;

}  // namespace gantry::monitor
