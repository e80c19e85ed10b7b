// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/idmap.h"

#include <utility>

#include "sdk/support/user_namespace.h"

namespace gantry::storage_overlay {

namespace {

template <typename Find>
std::optional<std::uint32_t> look_up(const Ranges& ranges, std::uint32_t id, const Find& find) {
  if (ranges.empty()) {
    return id;
  }
  for (const gantry_id_range& r : ranges) {
    const auto [from, to] = find(r);
    if (id >= from && id - from < r.count) {
      return to + (id - from);
    }
  }
  return std::nullopt;
}

}  // namespace

bool same_ranges(const Ranges& a, const Ranges& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].container != b[i].container || a[i].host != b[i].host ||
        a[i].count != b[i].count) {
      return false;
    }
  }
  return true;
}

bool is_identity(const plugin::IdMaps& maps) {
  for (const Ranges* ranges : {&maps.uids, &maps.gids}) {
    for (const gantry_id_range& r : *ranges) {
      if (r.container != r.host) {
        return false;
      }
    }
  }
  return true;
}

std::optional<std::uint32_t> to_host(const Ranges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const gantry_id_range& r) { return std::pair(r.container, r.host); });
}

std::optional<std::uint32_t> to_container(const Ranges& ranges, std::uint32_t id) {
  return look_up(ranges, id,
                 [](const gantry_id_range& r) { return std::pair(r.host, r.container); });
}

UniqueFd make_user_namespace(const plugin::IdMaps& maps) {
  return gantry::make_user_namespace(maps.uids, maps.gids);
}

}  // namespace gantry::storage_overlay
