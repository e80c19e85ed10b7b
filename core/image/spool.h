// SPDX-License-Identifier: Apache-2.0
//
// Files without a name: gone when closed, whoever dies.
#pragma once

#include <filesystem>
#include <string>

#include "core/image/decompress.h"
#include "sdk/support/unique_fd.h"

namespace gantry::image {

// An empty one in folder, open for reading and writing.
[[nodiscard]] UniqueFd make_spool(const std::filesystem::path& folder);
// With all that read gives.
[[nodiscard]] UniqueFd spool(const std::filesystem::path& folder, const ReadFunction& read);

}  // namespace gantry::image
