// SPDX-License-Identifier: Apache-2.0
//
// One option as data: the parser, the help, the man pages and the completions all read the
// same tables. Tables are constexpr arrays, so that they cost nothing at start.
#pragma once

#include <span>
#include <string_view>

namespace gantry::cli {

enum class ValueKind {
  kFlag,    // true when named; --flag=false
  kString,  // the last one counts
  kInt,     // 64 bits
  kUint,
  kFloat,
  kDuration,  // 10s, 1m30s
  kSize,      // 64m, 1g
  kLimit,     // a size, or -1 for none
  kStrings,   // may be repeated; each value is a list separated by commas
  kArray,     // may be repeated; each value is taken whole
};

struct Option {
  std::string_view name = "";
  char letter = 0;
  ValueKind kind = ValueKind::kString;
  std::string_view help = "";
  std::string_view fallback = "";  // the value when not given; shown in the help
  std::string_view argument = "";  // what the help calls the value; empty: named by kind
  bool hidden = false;
  std::string_view alias = "";  // a second long name, not shown
};

using OptionTable = std::span<const Option>;

}  // namespace gantry::cli
