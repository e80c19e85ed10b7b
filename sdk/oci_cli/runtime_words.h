// SPDX-License-Identifier: Apache-2.0
//
// Reads what a runtime printed when it failed: lines of a JSON log, of a key=value log, or
// plain text. Pure; [thread-safe].
#pragma once

#include <string>
#include <string_view>

#include "sdk/oci_cli/profile.h"

namespace gantry::oci_cli {

// The sentences without time, level and the profile's noise. Warnings are left out when
// there is an error beside them; several sentences are joined by "; ".
[[nodiscard]] std::string bare_message(const Profile& profile, std::string_view output);

[[nodiscard]] Meaning meaning_of(const Profile& profile, std::string_view message);

}  // namespace gantry::oci_cli
