// SPDX-License-Identifier: Apache-2.0
//
// A user namespace with nobody in it: what idmapped mounts take their mapping from. Any thread.
#pragma once

#include <gantry/abi/base.h>

#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry {

// It lives as long as the descriptor, or a mount made with it. The kernel refuses maps that
// are empty or overlap.
[[nodiscard]] UniqueFd make_user_namespace(const std::vector<gantry_id_range>& uids,
                                           const std::vector<gantry_id_range>& gids);

}  // namespace gantry
