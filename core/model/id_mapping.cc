// SPDX-License-Identifier: Apache-2.0
#include "core/model/id_mapping.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gantry::model {

namespace {

constexpr std::size_t kMostRanges = 340;       // UID_GID_MAP_MAX_EXTENTS in the kernel
constexpr std::uint64_t kNoId = 0xffff'ffffU;  // (uid_t)-1 is nobody's

template <typename Find>
std::optional<std::uint32_t> look_up(const IdRanges& ranges, std::uint32_t id,
                                     const Find& find) {
  if (ranges.empty()) {
    return id;
  }
  for (const IdRange& range : ranges) {
    const auto [from, to] = find(range);
    if (id >= from && id - from < range.count) {
      return to + (id - from);
    }
  }
  return std::nullopt;
}

bool overlap(std::uint64_t a, std::uint64_t a_count, std::uint64_t b, std::uint64_t b_count) {
  return a < b + b_count && b < a + a_count;
}

void require_range(const IdRange& range, const std::string& kind) {
  const std::string shown = kind + " mapping " + text_of(range);
  if (range.count == 0) {
    throw Error(Code::kInvalid, shown + " maps no ids: its count must be at least 1");
  }
  const std::uint64_t first = std::max(range.container, range.host);
  if (first + range.count > kNoId) {
    throw Error(Code::kInvalid, shown + " goes beyond the last id, 4294967294");
  }
}

void require_ranges(const IdRanges& ranges, const std::string& kind) {
  if (ranges.size() > kMostRanges) {
    throw Error(Code::kInvalid, "the user namespace would have " +
                                    std::to_string(ranges.size()) + " " + kind +
                                    " mappings, and the kernel takes " +
                                    std::to_string(kMostRanges) + ": give fewer, longer ones");
  }
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const IdRange& one = ranges[i];
    require_range(one, kind);
    for (std::size_t k = 0; k < i; ++k) {
      const IdRange& other = ranges[k];
      const bool inside = overlap(one.container, one.count, other.container, other.count);
      if (inside || overlap(one.host, one.count, other.host, other.count)) {
        throw Error(Code::kInvalid, kind + " mappings " + text_of(other) + " and " +
                                        text_of(one) + " overlap " +
                                        (inside ? "inside the container" : "on the host") +
                                        ": each id can be mapped once");
      }
    }
  }
  if (!to_host(ranges, 0)) {
    throw Error(Code::kInvalid, "container ID 0 cannot be mapped to a host ID: the " + kind +
                                    " mapping must hold the container's root; give one such "
                                    "as 0:100000:65536");
  }
}

}  // namespace

std::optional<std::uint32_t> to_host(const IdRanges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const IdRange& range) { return std::pair(range.container, range.host); });
}

std::optional<std::uint32_t> to_container(const IdRanges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const IdRange& range) { return std::pair(range.host, range.container); });
}

Owner root_of(const IdMapping& mapping) {
  return {to_host(mapping.uids, 0).value_or(0), to_host(mapping.gids, 0).value_or(0)};
}

IdRange parse_id_range(std::string_view text, std::string_view kind) {
  IdRange range;
  std::string_view rest = text;
  for (std::uint32_t* number : {&range.container, &range.host, &range.count}) {
    const bool last = number == &range.count;
    const std::size_t end = last ? rest.size() : std::min(rest.find(':'), rest.size());
    const char* const stop = rest.data() + end;
    const auto [parsed, error] = std::from_chars(rest.data(), stop, *number);
    if (error != std::errc() || parsed != stop || (!last && end == rest.size())) {
      throw Error(Code::kInvalid, "initializing ID mappings: " + std::string(kind) +
                                      " setting is malformed expected "
                                      "[\"uint32:uint32:uint32\"]: [\"" +
                                      std::string(text) + "\"]");
    }
    rest.remove_prefix(last ? end : end + 1);
  }
  return range;
}

std::string text_of(const IdRange& range) {
  return std::to_string(range.container) + ":" + std::to_string(range.host) + ":" +
         std::to_string(range.count);
}

void require_valid(const IdMapping& mapping) {
  require_ranges(mapping.uids, "UID");
  require_ranges(mapping.gids, "GID");
}

}  // namespace gantry::model
