// SPDX-License-Identifier: Apache-2.0
//
// Hands out ids for --userns=auto: those that a user was granted and nobody has. Pure; the
// caller sees to it that what is taken is told to the next (in one transaction of the store).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/id_mapping.h"
#include "core/userns/subordinate_ids.h"

namespace gantry::userns {

// What --userns=auto takes from, and where that is told.
struct Pool {
  std::vector<HostRange> granted;
  std::string user;
  std::string file;
};

// Maps the container's ids [0, size), but for those that fixed maps, to ids of the pool that
// neither used nor fixed has; fixed comes with them. One run of ids when there is a gap that
// is long enough, else the first that are free. kNoSpace when there are not enough.
[[nodiscard]] model::IdRanges allocate(const Pool& pool, std::uint32_t size,
                                       const model::IdRanges& fixed,
                                       const model::IdRanges& used);

}  // namespace gantry::userns
