// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/mapped_mounts.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::lifecycle {

namespace {

using model::IdRange;
using model::IdRanges;

constexpr std::string_view kBare = "idmap";
constexpr std::string_view kPrefix = "idmap=";

bool is_idmap(std::string_view option) {
  return option == kBare || option.starts_with(kPrefix);
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

// FROM-TO-COUNT with ids of the container, in those of the host.
IdRange within(const IdRange& range, const IdRanges& container) {
  const auto first = model::to_host(container, range.host);
  const auto last = model::to_host(container, range.host + (range.count - 1));
  if (!first || !last || *last - *first != range.count - 1) {
    throw Error(Code::kInvalid, "the container's user namespace does not map " +
                                    std::to_string(range.count) + " ids from " +
                                    std::to_string(range.host) + " on in one piece");
  }
  return {range.container, *first, range.count};
}

IdRanges parse_ranges(std::string_view text, const IdRanges& container) {
  IdRanges ranges;
  for (std::string_view word : split(text, '#')) {
    const bool relative = word.starts_with('@');
    word.remove_prefix(relative ? 1 : 0);
    const std::vector<std::string_view> parts = split(word, '-');
    const auto from = number(parts.front());
    const auto to = parts.size() == 3 ? number(parts[1]) : std::nullopt;
    const auto count = parts.size() == 3 ? number(parts[2]) : std::nullopt;
    if (!from || !to || !count || *count == 0) {
      throw Error(Code::kInvalid,
                  "\"" + std::string(word) + "\" is no range: it is written FROM-TO-COUNT");
    }
    const IdRange range{*from, *to, *count};
    ranges.push_back(relative ? within(range, container) : range);
  }
  return ranges;
}

model::IdMapping parse_mapping(std::string_view text, const model::IdMapping& container) {
  model::IdMapping mapping;
  for (const std::string_view part : split(text, ';')) {
    if (part.starts_with("uids=")) {
      mapping.uids = parse_ranges(part.substr(5), container.uids);
    } else if (part.starts_with("gids=")) {
      mapping.gids = parse_ranges(part.substr(5), container.gids);
    } else {
      throw Error(Code::kInvalid, "\"" + std::string(part) + "\" is neither uids=… nor gids=…");
    }
  }
  mapping.uids = mapping.uids.empty() ? mapping.gids : mapping.uids;
  mapping.gids = mapping.gids.empty() ? mapping.uids : mapping.gids;
  return mapping;
}

const std::string* option_of(const model::Mount& mount) {
  const auto found = std::find_if(mount.options.begin(), mount.options.end(), is_idmap);
  return found == mount.options.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(const model::Mount& mount, const std::string& why) {
  throw Error(Code::kInvalid,
              "mount at " + mount.destination + ": idmap: " + why + ": invalid mount option");
}

}  // namespace

bool is_mapped(const model::Mount& mount) { return option_of(mount) != nullptr; }

std::optional<model::IdMapping> mount_mapping(const model::ContainerConfig& config,
                                              const model::Mount& mount) {
  const std::string* option = option_of(mount);
  if (option == nullptr) {
    return std::nullopt;
  }
  if (*option == kBare) {
    if (config.id_mapping.empty()) {
      refuse(mount,
             "the container has no user namespace to map to: give it one, such as "
             "--userns=auto, or a mapping, idmap=uids=FROM-TO-COUNT");
    }
    return config.id_mapping;
  }
  try {
    return parse_mapping(std::string_view(*option).substr(kPrefix.size()), config.id_mapping);
  } catch (const Error& e) {
    refuse(mount, e.what());
  }
}

void require_valid_mapping(const model::ContainerConfig& config, const model::Mount& mount) {
  if (!is_mapped(mount)) {
    return;
  }
  if (mount.chown) {
    refuse(mount, "'U' changes the owners that idmap would map: leave out one of them");
  }
  if (config.user.mode != "auto") {
    (void)mount_mapping(config, mount);
  }
}

}  // namespace gantry::lifecycle
