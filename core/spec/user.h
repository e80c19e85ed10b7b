// SPDX-License-Identifier: Apache-2.0
//
// Resolves user[:group] as an image or --user gives it, with the passwd and group files of
// the root file system. Files are opened inside the root, whatever links say. [thread-safe]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::spec {

struct ResolvedUser {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary
  std::string name;                   // empty when only a number is known
  std::string home = "/";
};

// user: "", "name", "uid", "name:group", "uid:gid" …; groups: --group-add, names or
// numbers. Numbers need no entry. kInvalid in podman's words when a name has none, or a
// number is out of range.
[[nodiscard]] ResolvedUser resolve_user(int root_fd, const std::string& user,
                                        const std::vector<std::string>& groups = {});

// The same from the texts of the two files. Pure.
[[nodiscard]] ResolvedUser resolve_user(std::string_view passwd, std::string_view group,
                                        const std::string& user,
                                        const std::vector<std::string>& groups = {});

}  // namespace gantry::spec
