// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/engine/engine.h"
#include "core/tree/pack.h"

namespace gantry::lifecycle {

struct CheckpointOptions {
  bool leave_running = false;
  bool tcp_established = false;  // established connections are part of it
  bool file_locks = false;
  bool keep = false;             // logs and dumps stay beside the images
  std::string export_file = {};  // an archive of it all; empty: none
  tree::Compression compression = tree::Compression::kZstd;
  bool ignore_rootfs = false;   // the archive goes without changes to the root file system,
  bool ignore_volumes = false;  // without what volumes hold
};

// What it cost, as criu counts it; microseconds and pages.
struct CheckpointResult {
  std::string id = {};
  std::int64_t runtime_us = 0;
  Json criu = Json::object();  // empty: it did not tell
};

// Writes the container's processes to disk and ends it, unless it shall go on. When it throws,
// the container runs as before and nothing is left of the attempt; kUnsupported when the
// runtime or the host cannot do it. What fails after the processes have ended, the writing of
// an archive above all, is no reason to lose the checkpoint: the message says that it was kept.
CheckpointResult checkpoint(engine::Engine& engine, const std::string& name_or_id,
                            const CheckpointOptions& options);

}  // namespace gantry::lifecycle
