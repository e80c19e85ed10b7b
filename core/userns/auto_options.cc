// SPDX-License-Identifier: Apache-2.0
#include "core/userns/auto_options.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace gantry::userns {

namespace {

std::uint32_t parse_size(std::string_view text) {
  std::uint32_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(Code::kInvalid, "--userns=auto: size \"" + std::string(text) +
                                    "\" is no number of ids: invalid syntax");
  }
  return size;
}

void read_option(std::string_view option, AutoOptions& options) {
  const std::size_t equals = option.find('=');
  if (equals == std::string_view::npos) {
    throw Error(Code::kInvalid, "invalid option specified: \"" + std::string(option) +
                                    "\": --userns=auto takes size=, uidmapping= and "
                                    "gidmapping=");
  }
  const std::string_view name = option.substr(0, equals);
  const std::string_view value = option.substr(equals + 1);
  if (name == "size") {
    options.size = parse_size(value);
  } else if (name == "uidmapping") {
    options.fixed.uids.push_back(model::parse_id_range(value, "UID"));
  } else if (name == "gidmapping") {
    options.fixed.gids.push_back(model::parse_id_range(value, "GID"));
  } else {
    throw Error(Code::kInvalid, "unknown option specified: \"" + std::string(name) +
                                    "\": --userns=auto takes size=, uidmapping= and "
                                    "gidmapping=");
  }
}

}  // namespace

AutoOptions parse_auto_options(std::string_view text) {
  AutoOptions options;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    read_option(text.substr(0, comma), options);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return options;
}

}  // namespace gantry::userns
