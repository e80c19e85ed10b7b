// SPDX-License-Identifier: Apache-2.0
//
// Runs the hooks that are the engine's to run. Each gets its document on standard input, its
// own environment and no more, and is killed with its children when its time is over.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/hooks/hook.h"

namespace gantry::hooks {

// Time of a hook that names none itself.
inline constexpr int kDefaultTimeoutSeconds = 60;

// One after another: what a precreate hook prints is the OCI configuration from then on;
// nothing printed leaves it as it was. The first that fails is thrown (kInvalid, kTimeout).
[[nodiscard]] Json run_precreate(const std::vector<Program>& hooks, Json spec);

// Keeps what shall run once the container is gone in a file of its run folder.
void keep_poststop(const std::filesystem::path& file, const std::vector<Program>& hooks,
                   const Json& spec);

// Runs those kept, with the OCI state of a stopped container on standard input, and forgets
// them first, so that no failure makes them run twice. As the OCI runtime specification
// wants, their failures are logged and stop nothing; the answer is what there is to log.
[[nodiscard]] std::vector<std::string> run_poststop(
    const std::filesystem::path& file, const std::string& id,
    const std::filesystem::path& bundle) noexcept;

}  // namespace gantry::hooks
