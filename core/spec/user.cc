// SPDX-License-Identifier: Apache-2.0
#include "core/spec/user.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include <gantry/error.hpp>

#include "sdk/support/files.h"

namespace gantry::spec {

namespace {

constexpr std::uint32_t kMaxId = 0x7fffffff;

using Fields = std::vector<std::string_view>;

Fields split(std::string_view text, char separator) {
  Fields fields;
  for (;;) {
    const std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return fields;
    }
    text.remove_prefix(end + 1);
  }
}

// A number, or nothing when text is a name. kInvalid when it is too large.
std::optional<std::uint32_t> as_id(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > kMaxId) {
    throw Error(Code::kInvalid, "uids and gids must be in range 0-2147483647");
  }
  return value;
}

// The number in a file that anyone may have written; nullopt when it is none.
std::optional<std::uint32_t> field_id(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value <= kMaxId ? std::optional(value) : std::nullopt;
}

// Visits each line of at least this many fields; visit returns false to end early.
void each_entry(std::string_view file, std::size_t fields,
                const std::function<bool(const Fields&)>& visit) {
  for (const std::string_view line : split(file, '\n')) {
    const Fields entry = split(line, ':');
    if (!line.empty() && line.front() != '#' && entry.size() >= fields && !visit(entry)) {
      return;
    }
  }
}

// passwd(5): name:password:uid:gid:comment:home:shell
bool fill_from_passwd(std::string_view passwd, std::string_view name,
                      std::optional<std::uint32_t> id, ResolvedUser& user) {
  bool found = false;
  each_entry(passwd, 4, [&](const Fields& entry) {
    const std::optional<std::uint32_t> uid = field_id(entry[2]);
    const std::optional<std::uint32_t> gid = field_id(entry[3]);
    // A name that looks like a number is found as a name first, as podman does.
    if (!uid || !gid || !(entry[0] == name || (id && *uid == *id))) {
      return true;
    }
    found = true;
    user.uid = *uid;
    user.gid = *gid;
    user.name = entry[0];
    if (entry.size() > 5 && !entry[5].empty()) {
      user.home = entry[5];
    }
    return false;
  });
  return found;
}

// group(5): name:password:gid:member,member
std::uint32_t find_group(std::string_view group, std::string_view name) {
  const std::optional<std::uint32_t> id = as_id(name);
  std::optional<std::uint32_t> found;
  each_entry(group, 3, [&](const Fields& entry) {
    const std::optional<std::uint32_t> gid = field_id(entry[2]);
    if (gid && (entry[0] == name || (id && *gid == *id))) {
      found = gid;
    }
    return !found;
  });
  if (!found) {
    found = id;
  }
  if (!found) {
    throw Error(Code::kInvalid, "unable to find group " + std::string(name) +
                                    ": no matching entries in group file");
  }
  return *found;
}

void add_memberships(std::string_view group, ResolvedUser& user) {
  each_entry(group, 4, [&](const Fields& entry) {
    const Fields members = split(entry[3], ',');
    const std::optional<std::uint32_t> gid = field_id(entry[2]);
    if (gid && std::find(members.begin(), members.end(), user.name) != members.end()) {
      user.groups.push_back(*gid);
    }
    return true;
  });
}

void drop_duplicates(std::vector<std::uint32_t>& groups) {
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t gid : groups) {
    if (std::find(kept.begin(), kept.end(), gid) == kept.end()) {
      kept.push_back(gid);
    }
  }
  groups = std::move(kept);
}

}  // namespace

ResolvedUser resolve_user(std::string_view passwd, std::string_view group,
                          const std::string& user, const std::vector<std::string>& groups) {
  const std::size_t colon = user.find(':');
  const std::string name = user.substr(0, colon);
  const std::string group_name = colon == std::string::npos ? "" : user.substr(colon + 1);
  ResolvedUser result;
  const std::optional<std::uint32_t> id =
      name.empty() ? std::optional<std::uint32_t>(0) : as_id(name);
  if (!fill_from_passwd(passwd, name, id, result)) {
    if (!id) {
      throw Error(Code::kInvalid,
                  "unable to find user " + name + ": no matching entries in passwd file");
    }
    result.uid = *id;
  }
  if (!group_name.empty()) {
    result.gid = find_group(group, group_name);
  }
  // The primary group is listed too, or a setgid program could drop it (CVE-2022-2989).
  if (!user.empty()) {
    result.groups.push_back(result.gid);
  }
  if (colon == std::string::npos && !result.name.empty()) {
    add_memberships(group, result);
  }
  for (const std::string& each : groups) {
    result.groups.push_back(find_group(group, each));
  }
  drop_duplicates(result.groups);
  return result;
}

ResolvedUser resolve_user(int root_fd, const std::string& user,
                          const std::vector<std::string>& groups) {
  return resolve_user(read_regular_in_root(root_fd, "/etc/passwd").value_or(""),
                      read_regular_in_root(root_fd, "/etc/group").value_or(""), user, groups);
}

}  // namespace gantry::spec
