// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint keeps of a container: the images of its processes in a folder of their
// own, and beside them, as artifacts, what the images do not tell. The names are those that
// podman's archives use. REQUIRES: the container's lock.
#pragma once

#include <filesystem>
#include <string>

#include "core/engine/engine.h"

namespace gantry::lifecycle {

inline constexpr const char* kConfigDump = "config.dump";
inline constexpr const char* kSpecDump = "spec.dump";
inline constexpr const char* kNetworkStatus = "network.status";
inline constexpr const char* kShmContent = "devshm-checkpoint.tar";
inline constexpr const char* kRootChanges = "rootfs-diff.tar";
inline constexpr const char* kDeletedFiles = "deleted.files";
inline constexpr const char* kCheckpointFolder = "checkpoint";
inline constexpr const char* kVolumesFolder = "volumes";
inline constexpr const char* kLogFile = "ctr.log";

// The container as a document: podman's names for what its readers look for, and below
// "gantry" all that this engine knows.
[[nodiscard]] std::string config_dump(const model::ContainerConfig& config,
                                      std::int64_t checkpointed_ns);
// kInvalid for what another engine wrote; kCorrupt for what is broken. source names it.
[[nodiscard]] model::ContainerConfig parse_config_dump(const std::string& text,
                                                       const std::string& source);

// Whether there are images that processes can go on from.
[[nodiscard]] bool has_checkpoint(const layout::Layout& layout, const std::string& id);

// Decides what a dead command left: the new images if they are whole, else the last ones.
void settle_checkpoint(const layout::Layout& layout, const std::string& id);

// Within the data folder; kIo.
void move_kept(const std::filesystem::path& from, const std::filesystem::path& to);

// Logs, figures and dumps, which nobody needs after a success.
void drop_checkpoint_logs(const layout::Layout& layout, const std::string& id);
// All of it.
void drop_checkpoint(const layout::Layout& layout, const std::string& id);

// The runtime's words and, from the log of criu that they point to, the reason.
[[nodiscard]] Error with_criu_reason(const Error& error, const layout::Layout& layout,
                                     const std::string& id, const char* log);

}  // namespace gantry::lifecycle
