// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/model/network.h"

namespace gantry::lifecycle {

struct RestoreOptions {
  bool tcp_established = false;  // connections that were part of the checkpoint
  bool file_locks = false;
  bool keep = false;              // the checkpoint stays, to be gone back to again
  bool ignore_static_ip = false;  // any address will do; else it gets those it had
  bool ignore_static_mac = false;
};

struct RestoreResult {
  std::string id = {};
  std::int64_t runtime_us = 0;
  Json criu = Json::object();  // empty: it did not tell
};

// Lets the container's processes go on from its last checkpoint. When it throws, everything
// is as it was and it can be tried again; kInvalid when there is no whole checkpoint.
RestoreResult restore(engine::Engine& engine, const std::string& name_or_id,
                      const RestoreOptions& options);

struct ImportOptions {
  RestoreOptions restore = {};
  std::string name = {};     // of the new container, with an id of its own; empty: as it was
  std::string runtime = {};  // empty: by the name that the archive tells
  bool ignore_rootfs = false;
  bool ignore_volumes = false;
  // In place of the published ports; unset: as they were.
  std::optional<std::vector<model::PortMapping>> ports = {};
  std::function<void(const std::string& line)> progress = {};  // of a pull
};

// Makes a container of an archive that checkpoint wrote, here or on another host, and lets
// it go on. When it throws, nothing of the container is left. kExists: its name, its id or one
// of its volumes is there already; kInvalid names what does not fit this host.
RestoreResult restore_archive(engine::Engine& engine, const std::string& file,
                              const ImportOptions& options);

}  // namespace gantry::lifecycle
