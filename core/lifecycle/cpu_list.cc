// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/cpu_list.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace gantry::lifecycle {

namespace {

struct Range {
  unsigned first = 0;
  unsigned last = 0;
};

unsigned number(std::string_view text, std::string_view whole) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || rest != end) {
    throw Error(Code::kInvalid,
                "invalid list \"" + std::string(whole) + "\": the form is 0-3,5");
  }
  return value;
}

std::vector<Range> ranges_of(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('\n'));
  std::vector<Range> ranges;
  for (std::string_view rest = whole; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto dash = part.find('-');
    const unsigned first = number(part.substr(0, dash), whole);
    ranges.push_back(
        {first, dash == std::string_view::npos ? first : number(part.substr(dash + 1), whole)});
  }
  return ranges;
}

}  // namespace

bool is_within(std::string_view asked, std::string_view available) {
  const std::vector<Range> there = ranges_of(available);
  const std::vector<Range> wanted = ranges_of(asked);
  return std::all_of(wanted.begin(), wanted.end(), [&](const Range& range) {
    return std::any_of(there.begin(), there.end(), [&](const Range& one) {
      return one.first <= range.first && range.last <= one.last;
    });
  });
}

}  // namespace gantry::lifecycle
