// SPDX-License-Identifier: Apache-2.0
//
// Processes as top shows them, from /proc. Processes that end meanwhile are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gantry::cli {

// The columns that top prints when none are asked for.
[[nodiscard]] const std::vector<std::string>& default_descriptors();
// kInvalid for a word that is no descriptor. "%C" and the like are ps's codes.
void require_descriptor(const std::string& word);

// A header and a line for each process, cells separated by tabs.
[[nodiscard]] std::string process_table(const std::vector<int>& pids,
                                        const std::vector<std::string>& descriptors);

}  // namespace gantry::cli
