// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/spec/contributors.h"

namespace gantry::spec {

namespace {

constexpr std::string_view kIpc[] = {"kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                     "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                     "kernel.shmmni", "kernel.shm_rmid_forced"};

// The namespace a sysctl belongs to: what is not in one would change the host.
const char* namespace_of(const std::string& name) {
  if (name.starts_with("net.") || name.starts_with("net/")) {
    return "network";
  }
  const bool ipc = std::find(std::begin(kIpc), std::end(kIpc), name) != std::end(kIpc);
  return ipc || name.starts_with("fs.mqueue.") ? "ipc" : nullptr;
}

// There podman's default holds: root may ping without CAP_NET_RAW.
bool has_own_network(const SpecInput& input) {
  return input.config.network.mode == model::NetworkMode::kBridge ||
         input.config.network.mode == model::NetworkMode::kNone;
}

}  // namespace

void add_sysctl(const SpecInput& input, Json& spec) {
  if (has_own_network(input) && !has_user_namespace(input)) {
    spec["linux"]["sysctl"]["net.ipv4.ping_group_range"] = "0 0";
  }
  for (const auto& [name, value] : input.config.sysctl) {
    const char* type = namespace_of(name);
    if (type == nullptr) {
      throw Error(Code::kInvalid, "sysctl '" + name + "' is not allowed");
    }
    const bool network = std::string_view(type) == "network";
    const bool host = network ? input.config.network.mode == model::NetworkMode::kHost
                              : input.config.ipc.mode == "host";
    if (host) {
      throw Error(Code::kInvalid, "sysctl " + name + "=" + value + " can't be set since " +
                                      (network ? "Network" : "IPC") +
                                      " Namespace set to host: invalid argument");
    }
    spec["linux"]["sysctl"][name] = value;
  }
}

}  // namespace gantry::spec
