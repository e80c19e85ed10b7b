// SPDX-License-Identifier: Apache-2.0
//
// The two journals of a container's life, and the steps in them. Each step stands in a file
// of its own name.
#pragma once

#include <span>

#include "core/lifecycle/step.h"

namespace gantry::lifecycle {

// Provision: played by create, undone by rm.
extern const Step kReserveIdentity;  // the record in state creating, the name
extern const Step kMapIds;           // ids for --userns=auto that no other container has
extern const Step kPrepareRootfs;    // the storage layer, the container's folder
extern const Step kClaimVolumes;     // volumes made if missing, and counted

// Activate: played by start, undone by cleanup. Network setup stands between launch and
// created because it does not wait for the runtime's create, nor that for it.
extern const Step kRunFolder;     // the volatile folder of this activation
extern const Step kMountShm;      // /dev/shm
extern const Step kFillShm;       // with what a checkpoint kept of it
extern const Step kMountRootfs;   // the storage layer
extern const Step kMountVolumes;  // volumes mounted, filled from the image the first time
extern const Step kMountSecrets;  // secrets that the container gets as files
extern const Step kPinNetns;      // a network namespace that outlives its processes
extern const Step kWriteBundle;   // hosts, hostname, resolv.conf, config.json
extern const Step kLaunch;        // the monitor begins the runtime's create
extern const Step kSetupNetwork;  // the network port attaches the namespace
extern const Step kAwaitCreated;  // the container exists in the runtime
extern const Step kStartProcess;  // the user's process
extern const Step kStartHealth;   // the process that checks its health

// Checkpoint: played by it alone; what a dead one left is settled by settle_checkpoint.
extern const Step kKeepFacts;    // its folder; what images do not tell: network, configuration
extern const Step kDumpProcess;  // the processes, as images
extern const Step kSealCheckpoint;  // what is in /dev/shm; all of it on the disk

[[nodiscard]] std::span<const Step> checkpoint_steps();
[[nodiscard]] std::span<const Step> provision_steps();
// What starts a container that was created in the runtime.
[[nodiscard]] std::span<const Step> start_steps();
// With start: all; without: up to created, for init.
[[nodiscard]] std::span<const Step> activate_steps(bool start = true);
// All, in the order that a restore needs: its processes run as soon as the runtime made them,
// so their network is there before.
[[nodiscard]] std::span<const Step> restore_steps();

}  // namespace gantry::lifecycle
