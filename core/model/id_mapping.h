// SPDX-License-Identifier: Apache-2.0
//
// Values: the id mapping of a user namespace. Inside it an id stands for another one of the
// host; an id that no range holds belongs to nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/json_fields.h"

namespace gantry::model {

// Ids [container, container + count) inside are [host, host + count) outside.
struct IdRange {
  std::uint32_t container = 0;
  std::uint32_t host = 0;
  std::uint32_t count = 0;
  friend bool operator==(const IdRange&, const IdRange&) = default;
};
GANTRY_DECLARE_JSON(IdRange)
using IdRanges = std::vector<IdRange>;

struct IdMapping {
  IdRanges uids;  // both empty: identity, and no user namespace
  IdRanges gids;
  [[nodiscard]] bool empty() const noexcept { return uids.empty() && gids.empty(); }
  friend bool operator==(const IdMapping&, const IdMapping&) = default;
};
GANTRY_DECLARE_JSON(IdMapping)

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  friend bool operator==(const Owner&, const Owner&) = default;
};

// nullopt when no range holds the id. No ranges at all: the id itself.
[[nodiscard]] std::optional<std::uint32_t> to_host(const IdRanges& ranges, std::uint32_t id);
[[nodiscard]] std::optional<std::uint32_t> to_container(const IdRanges& ranges,
                                                        std::uint32_t id);
// Who the container's root is on the host. REQUIRES: a valid mapping.
[[nodiscard]] Owner root_of(const IdMapping& mapping);

// "CONTAINER:HOST:COUNT", and back. kind ("UID", "GID") is for the message of kInvalid.
[[nodiscard]] IdRange parse_id_range(std::string_view text, std::string_view kind);
[[nodiscard]] std::string text_of(const IdRange& range);

// kInvalid, naming the range at fault, for what the kernel would refuse, and for a mapping
// in which the container has no root.
void require_valid(const IdMapping& mapping);

}  // namespace gantry::model
