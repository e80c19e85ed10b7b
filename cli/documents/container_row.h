// SPDX-License-Identifier: Apache-2.0
//
// One container as ps shows it: podman's JSON, and what its templates see. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/store/store.h"
#include "sdk/support/json.h"

namespace gantry::cli {

struct ContainerSize {
  std::uint64_t writable = 0;
  std::uint64_t whole = 0;  // with the image below
};

struct RowStyle {
  std::int64_t now_ns = 0;
  bool truncate = true;
};

[[nodiscard]] OrderedJson container_json(const store::ContainerRow& row, std::int64_t now_ns,
                                         const std::optional<ContainerSize>& size);
[[nodiscard]] OrderedJson container_row(const store::ContainerRow& row, const RowStyle& style,
                                        const std::optional<ContainerSize>& size);

}  // namespace gantry::cli
