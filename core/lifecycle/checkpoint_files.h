// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint keeps of a container, in one folder: the images of its processes, and what
// the images do not tell. The names are those that podman's archives use. The folder of the
// last one is kept aside until the new one is on the disk. REQUIRES: the container's lock.
#pragma once

#include <filesystem>
#include <optional>
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
// Holds the boot that a checkpoint was begun in, until it is on the disk.
inline constexpr const char* kUnsynced = "unsynced";
// Keeps room on the disk for what is in /dev/shm, until it is read.
inline constexpr const char* kShmRoom = "devshm.room";

// The container as a document: podman's names for what its readers look for, and below
// "gantry" all that this engine knows.
[[nodiscard]] std::string config_dump(const model::ContainerConfig& config,
                                      std::int64_t checkpointed_ns);
// kInvalid for what another engine wrote; kCorrupt for what is broken. source names it.
[[nodiscard]] model::ContainerConfig parse_config_dump(const std::string& text,
                                                       const std::string& source);

// kUnsupported where established connections cannot go on: with a user namespace the network
// is set up when the processes run already, and what they send before ends the connections.
void require_connections_possible(const model::ContainerConfig& config);

// Whether there are images that processes can go on from.
[[nodiscard]] bool has_checkpoint(const layout::Layout& layout, const std::string& id);

// Whether the container's processes have ended, as the runtime knows before the monitor tells;
// nullopt when it could not be asked.
[[nodiscard]] std::optional<bool> has_ended(engine::Engine& engine,
                                            const model::ContainerConfig& config,
                                            const model::ContainerState& state);

// A new folder for one; the last one is put aside.
void begin_checkpoint(const engine::Engine& engine, const std::string& id);
// It is on the disk after this, and will be found whole whatever happens.
void seal_checkpoint(const layout::Layout& layout, const std::string& id);
// Decides what a dead command left: the new one if it is whole, else the last one. An unsynced
// one is whole as long as the machine is up.
void settle_checkpoint(const engine::Engine& engine, const std::string& id);

// Within the data folder; kIo.
void move_kept(const std::filesystem::path& from, const std::filesystem::path& to);

// Logs and figures, which nobody needs after a success.
void drop_checkpoint_logs(const layout::Layout& layout, const std::string& id);
// All of it.
void drop_checkpoint(const layout::Layout& layout, const std::string& id);

// The runtime's words and, from the log of criu that they point to, the reason.
[[nodiscard]] Error with_criu_reason(const Error& error, const layout::Layout& layout,
                                     const std::string& id, const char* log);

}  // namespace gantry::lifecycle
