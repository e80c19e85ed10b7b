// SPDX-License-Identifier: Apache-2.0
//
// Files kept with a container by name, for as long as it exists: what a verb must remember and
// no record has room for. Removed with the container's folder. REQUIRES: the container's lock,
// for all that changes something. A name that is no plain file name is kInvalid.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/layout/layout.h"

namespace gantry::lifecycle {

// Replaces what had the name.
void add_artifact(const layout::Layout& layout, const std::string& id, const std::string& name,
                  std::string_view content);
// nullopt when there is none of that name.
[[nodiscard]] std::optional<std::string> get_artifact(const layout::Layout& layout,
                                                      const std::string& id,
                                                      const std::string& name);
// Gone counts as done.
void remove_artifact(const layout::Layout& layout, const std::string& id,
                     const std::string& name);
// Where one is or would be, for what is too large to be held in memory; the folder is there.
[[nodiscard]] std::filesystem::path place_artifact(const layout::Layout& layout,
                                                   const std::string& id,
                                                   const std::string& name);
// The names of all, in order.
[[nodiscard]] std::vector<std::string> artifacts(const layout::Layout& layout,
                                                 const std::string& id);

}  // namespace gantry::lifecycle
