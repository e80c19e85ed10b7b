// SPDX-License-Identifier: Apache-2.0
//
// The ids that the administrator lets a user hand out: /etc/subuid and /etc/subgid, see
// subuid(5). Read anew each time; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/id_mapping.h"

namespace gantry::userns {

// Ids [begin, end) of the host.
struct HostRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return end - begin; }
  friend bool operator==(const HostRange&, const HostRange&) = default;
};

// The ranges of a user, in the file's order. A line is USER:FIRST:COUNT; the user is named,
// or given by number. kInvalid names a line of the user's that is broken; those of others
// are passed over.
[[nodiscard]] std::vector<HostRange> parse_subordinate_ids(std::string_view text,
                                                           const std::string& user,
                                                           const std::string& user_number,
                                                           const std::string& shown);

// The same from a file. kNotFound, in podman's words, when it grants the user nothing; kind
// ("subuid", "subgid") is for that message.
[[nodiscard]] std::vector<HostRange> read_subordinate_ids(const std::filesystem::path& file,
                                                          const std::string& user,
                                                          const std::string& kind);

// The ranges one after the other, from the container's root on: what --subuidname means.
[[nodiscard]] model::IdRanges map_all(const std::vector<HostRange>& ranges);

}  // namespace gantry::userns
