// SPDX-License-Identifier: Apache-2.0
//
// A container and a host to build configurations from, with no machine behind them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/spec/spec.h"

namespace gantry::spec {

struct Fixture {
  Fixture() {
    config.process.command = {"/bin/true"};
    config.process.workdir = "/";
    host.controllers = {"memory", "cpu", "cpuset", "pids", "io", "blkio"};
    host.hostname = "host";
    host.rlimits = {{"nofile", {1024, 20000}}, {"nproc", {1000, 1000}}};
  }

  // Refers to this object.
  SpecInput input() {
    SpecInput result(config, host);
    result.rootfs = "/rootfs";
    result.user = user;
    result.hostname = "box";
    result.mounts = mounts;
    result.files = files;
    result.find_devices = [](const std::string& path) -> std::vector<DeviceNode> {
      if (path == "/dev/net") {
        return {{"/dev/net/tun", 'c', 10, 200, 0600, 0, 0}};
      }
      return {{path, 'b', 254, 0, 0660, 0, 6}};
    };
    result.note = [this](const std::string& text) { notes.push_back(text); };
    return result;
  }
  Json build() { return spec::build(input()); }

  model::ContainerConfig config;
  HostFacts host;
  ResolvedUser user{0, 0, {}, "root", "/root"};
  std::vector<ResolvedMount> mounts;
  std::map<std::string, std::string> files;
  std::vector<std::string> notes;
};

inline bool contains(const Json& list, const Json& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// The mount at a destination; null when there is none.
inline Json mount_at(const Json& spec, const std::string& destination) {
  for (const Json& mount : spec["mounts"]) {
    if (mount["destination"] == destination) {
      return mount;
    }
  }
  return nullptr;
}

}  // namespace gantry::spec
