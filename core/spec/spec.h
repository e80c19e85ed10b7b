// SPDX-License-Identifier: Apache-2.0
//
// Makes the OCI configuration (config.json, runtime-spec 1.0.2) of a container: a fold of
// contributors, one section a file, each a pure function of the same input. All that is
// about the machine comes in as HostFacts, all that is about this start as paths, so that
// the outcome depends on nothing else. [thread-safe]
#pragma once

#include <gantry/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/container_config.h"
#include "core/ports/storage.h"
#include "core/spec/host_facts.h"
#include "core/spec/user.h"
#include "sdk/support/json.h"

namespace gantry::spec {

// A mount whose source is settled: a host path for type "bind".
struct ResolvedMount {
  std::string source = {};
  std::string destination = {};
  std::string type = "bind";              // bind, tmpfs, devpts, …
  std::vector<std::string> options = {};  // podman's words: ro, z, U, size=… are understood
  bool volume = false;                    // a named volume: no set-uid programs, no devices
};

// Where the container joins a namespace that exists: a path such as /proc/PID/ns/net or
// /run/gantry/netns/ID. nullopt: the mode in the configuration decides between a new one
// and the host's.
struct NamespacePaths {
  std::optional<std::string> pid, ipc, uts, net, user, cgroup;
};

struct SpecInput {
  // Both outlive the input.
  SpecInput(const model::ContainerConfig& container, const HostFacts& facts)
      : config(container), host(facts) {}

  const model::ContainerConfig& config;
  const HostFacts& host;
  std::filesystem::path rootfs;  // mounted, or --rootfs
  ResolvedUser user;             // of the process, inside the container
  std::string hostname;          // empty with the host's uts namespace
  // What the user asked for, sources settled by the caller: binds, volumes, images, tmpfs.
  std::vector<ResolvedMount> mounts;
  // Files the engine makes, given by destination -> host path: /etc/hosts, /etc/hostname,
  // /etc/resolv.conf, /run/.containerenv, /dev/shm, /etc/localtime. A user's mount at the
  // same destination wins.
  std::map<std::string, std::string> files;
  NamespacePaths namespaces;
  std::string cgroups_path;  // empty: the runtime's own choice
  ports::IdMapping mapping;  // both empty: no user namespace of its own
  std::map<std::string, std::string> secret_env;
  std::map<std::string, std::string> annotations;  // on top of the configuration's
  Json hooks = Json::object();                     // as in the OCI configuration
  std::string process_label;                       // SELinux
  std::string mount_label;
  std::string apparmor_profile;  // what a file that was given for one holds
  std::string init_program;      // on the host, for --init; see find_init_program
  // The device nodes at or below a host path.
  std::function<std::vector<DeviceNode>(const std::string&)> find_devices = devices_at;
  bool compiled_seccomp = false;        // the runtime takes run.oci.seccomp_bpf_data
  std::filesystem::path seccomp_cache;  // folder of compiled programs; empty: no cache
  // Gets what was tolerated, in words, for the debug log. May be empty.
  std::function<void(const std::string&)> note;
};

// The whole document. kInvalid names the option at fault, in podman's words where podman
// has them; kNotFound a device, profile or init program that is missing.
[[nodiscard]] Json build(const SpecInput& input);

// What build would refuse, as far as it can be told without root filesystem and mounts.
void require_valid(const SpecInput& input);

// linux.resources alone, without device rules: what `update` gives to a runtime.
[[nodiscard]] Json resources_of(const SpecInput& input);

// The process document for running one more command in the container (exec): the
// container's own process with what the session changes. config_json is the container's
// config.json as build made it.
struct ExecInput {
  std::vector<std::string> argv;
  std::vector<std::string> env;  // "NAME=value", on top of the container's
  std::string workdir;           // empty: the container's
  std::optional<ResolvedUser> user;
  bool terminal = false;
  bool privileged = false;
};
[[nodiscard]] Json build_exec_process(const Json& config_json, const ExecInput& input,
                                      const HostFacts& host);

// The init of --init: configured, or catatonit or tini where distributions put them.
// kNotFound names the remedy.
[[nodiscard]] std::string find_init_program(const std::string& configured);

}  // namespace gantry::spec
