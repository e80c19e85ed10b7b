// SPDX-License-Identifier: Apache-2.0
//
// The places where text from outside is first understood: one row each. A new parser is a new
// row.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gantry::fuzz {

struct Target {
  std::string name;
  std::vector<std::string> seeds;  // good ones
  // Takes the text in, or throws Error; nothing else.
  std::function<void(const std::string& text)> take;
};

// What is typed; what files and other programs say; what is kept for later.
[[nodiscard]] std::vector<Target> typed_targets();
[[nodiscard]] std::vector<Target> read_targets();
[[nodiscard]] std::vector<Target> kept_targets();

}  // namespace gantry::fuzz
