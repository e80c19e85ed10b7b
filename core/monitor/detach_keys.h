// SPDX-License-Identifier: Apache-2.0
//
// The key sequence that detaches a terminal. A pure value; one for each stream of keys.
#pragma once

#include <string>
#include <string_view>

namespace gantry::monitor {

class DetachKeys {
 public:
  // Keys separated by commas, each one character or ctrl- followed by a letter or one of
  // @ [ \ ] ^ _; empty: no sequence ever matches. kInvalid in podman's words.
  explicit DetachKeys(std::string_view keys);

  // Appends to out what is for the container. Keys that may begin the sequence are held back
  // until the next tell. True when the sequence is complete; what follows it is dropped.
  bool feed(std::string_view typed, std::string& out);

 private:
  std::string sequence_;
  std::size_t matched_ = 0;
};

}  // namespace gantry::monitor
