// SPDX-License-Identifier: Apache-2.0
#include "core/userns/subordinate_ids.h"

#include <pwd.h>

#include <gantry/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sdk/support/files.h"

namespace gantry::userns {

namespace {

constexpr std::uint64_t kEndOfIds = 0xffff'ffffU;  // (uid_t)-1 is nobody's

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<HostRange> parse_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto first = parse_number(text.substr(0, colon));
  const auto count = parse_number(text.substr(colon + 1));
  if (!first || !count || *first >= kEndOfIds || *count == 0) {
    return std::nullopt;
  }
  return HostRange{*first, *first + std::min(*count, kEndOfIds - *first)};
}

// As getpwnam(3) knows it; empty when it does not: names of ranges need not be accounts.
std::string number_of(const std::string& user) {
  std::array<char, 4096> strings{};
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(user.c_str(), &entry, strings.data(), strings.size(), &found);
  return error == 0 && found != nullptr ? std::to_string(entry.pw_uid) : "";
}

}  // namespace

std::vector<HostRange> parse_subordinate_ids(std::string_view text, const std::string& user,
                                             const std::string& user_number,
                                             const std::string& shown) {
  std::vector<HostRange> ranges;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (name.empty() || (name != user && name != user_number)) {
      continue;
    }
    const auto range =
        colon == std::string_view::npos ? std::nullopt : parse_range(line.substr(colon + 1));
    if (!range) {
      throw Error(Code::kInvalid, shown + ": the line \"" + std::string(line) +
                                      "\" is not USER:FIRST:COUNT, see subuid(5)");
    }
    ranges.push_back(*range);
  }
  return ranges;
}

std::vector<HostRange> read_subordinate_ids(const std::filesystem::path& file,
                                            const std::string& user, const std::string& kind) {
  const std::string text = read_file_if_exists(file).value_or("");
  auto ranges = parse_subordinate_ids(text, user, number_of(user), file.string());
  if (ranges.empty()) {
    throw Error(Code::kNotFound, "no " + kind + " ranges found for user \"" + user + "\" in " +
                                     file.string() + ": add a line such as " + user +
                                     ":2147483647:2147483648");
  }
  return ranges;
}

model::IdRanges map_all(const std::vector<HostRange>& ranges) {
  model::IdRanges mapped;
  std::uint64_t next = 0;
  for (const HostRange& range : ranges) {
    const std::uint64_t count = std::min(range.size(), kEndOfIds - next);
    if (count > 0) {
      mapped.push_back({static_cast<std::uint32_t>(next),
                        static_cast<std::uint32_t>(range.begin),
                        static_cast<std::uint32_t>(count)});
      next += count;
    }
  }
  return mapped;
}

}  // namespace gantry::userns
