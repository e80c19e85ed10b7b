// SPDX-License-Identifier: Apache-2.0
//
// Values: what a container is. Written once by create; only rename and update change it.
// Everything the user asked for and the image answered, before any of it is turned into an
// OCI configuration (core/spec does that at each start).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/id_mapping.h"
#include "core/model/json_fields.h"
#include "core/model/mount.h"
#include "core/model/network.h"
#include "core/model/resources.h"

namespace gantry::model {

// A namespace choice: "private", "host", "container" (value: the other's full id),
// "ns" (value: a path), "none" (ipc), "shareable" (ipc), "" (cgroup: by the host's version),
// "keep-id", "auto", "nomap" (user).
struct NamespaceMode {
  std::string mode = "private";
  std::string value;
  friend bool operator==(const NamespaceMode&, const NamespaceMode&) = default;
};
GANTRY_DECLARE_JSON(NamespaceMode)

// The process that the container runs.
struct ProcessConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;  // after the entrypoint
  std::map<std::string, std::string> env;
  std::string workdir = "/";
  bool workdir_asked = false;       // --workdir: it is not made where it is missing
  std::string user;                 // as in the image configuration: user[:group]
  std::vector<std::string> groups;  // --group-add
  bool terminal = false;
  bool stdin_open = false;
  std::string umask = "0022";
  std::optional<int> oom_score_adj;
  std::string stop_signal = "15";  // number, resolved at create
  unsigned stop_timeout = 10;      // seconds
  bool init = false;
  std::string init_path;
  std::vector<std::string> argv() const {
    std::vector<std::string> all = entrypoint;
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }
  friend bool operator==(const ProcessConfig&, const ProcessConfig&) = default;
};
GANTRY_DECLARE_JSON(ProcessConfig)

struct SecurityConfig {
  bool privileged = false;
  bool read_only = false;       // root file system
  bool read_only_tmpfs = true;  // with read_only: tmpfs on /run /tmp /var/tmp
  bool no_new_privileges = false;
  std::vector<std::string> cap_add;  // "CAP_X" or "all"
  std::vector<std::string> cap_drop;
  std::string seccomp_profile;  // empty: default; "unconfined"; or a path
  std::string apparmor_profile;
  std::vector<std::string> label_options;
  std::string process_label;  // SELinux's, settled by create; empty: none
  std::string mount_label;
  std::vector<std::string> mask;     // more masked paths
  std::vector<std::string> unmask;   // "ALL" or paths
  std::vector<std::string> options;  // --security-opt as given, for inspect
  friend bool operator==(const SecurityConfig&, const SecurityConfig&) = default;
};
GANTRY_DECLARE_JSON(SecurityConfig)

struct Device {
  std::string host_path;
  std::string container_path;
  std::string permissions = "rwm";
  friend bool operator==(const Device&, const Device&) = default;
};
GANTRY_DECLARE_JSON(Device)

struct NetworkConfig {
  NetworkMode mode = NetworkMode::kBridge;
  std::string mode_value;  // container: full id; ns: path
  std::vector<NetworkAttachment> attachments;
  std::vector<PortMapping> ports;    // published; host ports resolved at create
  std::vector<std::string> exposed;  // "80/tcp", for inspect and -P
  std::vector<std::string> dns_servers;
  std::vector<std::string> dns_options;
  std::vector<std::string> dns_search;
  std::vector<std::string> extra_hosts;  // "name:ip" or "name:host-gateway"
  bool manage_hosts = true;              // --no-hosts
  friend bool operator==(const NetworkConfig&, const NetworkConfig&) = default;
};
GANTRY_DECLARE_JSON(NetworkConfig)

struct LogConfig {
  std::string driver = "k8s-file";  // k8s-file, json-file, none, passthrough
  std::string path;                 // empty: the container's own folder
  std::int64_t max_size = -1;       // bytes
  std::string tag;
  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};
GANTRY_DECLARE_JSON(LogConfig)

// A check that gates the regular one: until it has succeeded often enough, the container
// starts.
struct StartupCheck {
  std::vector<std::string> test;  // as below; empty: none
  std::int64_t interval_ns = 30'000'000'000;
  std::int64_t timeout_ns = 30'000'000'000;
  int retries = 0;    // failures after which the container is restarted; 0: never
  int successes = 0;  // in a row; 0: one is enough
  friend bool operator==(const StartupCheck&, const StartupCheck&) = default;
};
GANTRY_DECLARE_JSON(StartupCheck)

struct HealthConfig {
  std::vector<std::string> test;  // {"NONE"}, {"CMD", …}, {"CMD-SHELL", …}; empty: none
  std::int64_t interval_ns = 30'000'000'000;
  std::int64_t timeout_ns = 30'000'000'000;
  std::int64_t start_period_ns = 0;
  int retries = 3;
  std::string on_failure = "none";  // none, kill, restart, stop
  StartupCheck startup;
  friend bool operator==(const HealthConfig&, const HealthConfig&) = default;
};
GANTRY_DECLARE_JSON(HealthConfig)

struct RestartPolicy {
  std::string name = "no";   // no, always, on-failure, unless-stopped
  unsigned max_retries = 0;  // on-failure: 0 is without limit
  friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};
GANTRY_DECLARE_JSON(RestartPolicy)

// A secret that the container gets: as a file, or in its process's environment.
struct SecretUse {
  std::string id;
  std::string name;            // as asked for
  std::string type = "mount";  // mount, env
  std::string target;          // mount: absolute path; env: name of the variable
  unsigned uid = 0;
  unsigned gid = 0;
  unsigned mode = 0444;
  friend bool operator==(const SecretUse&, const SecretUse&) = default;
};
GANTRY_DECLARE_JSON(SecretUse)

// The choice of plug-ins, recorded so that later commands use the same.
struct Backends {
  std::string runtime;  // name, or a path as --runtime took it
  std::string storage;
  std::string network;
  friend bool operator==(const Backends&, const Backends&) = default;
};
GANTRY_DECLARE_JSON(Backends)

struct ContainerConfig {
  std::string id;
  std::string name;
  std::int64_t created_ns = 0;  // since the epoch
  std::string image_id;         // empty with --rootfs
  std::string image_name;       // as asked for, normalized
  std::string image_layer;      // storage id of the parent layer
  std::string rootfs;           // --rootfs: a folder used as it is
  std::string hostname;         // empty: the short id, or the host's with --uts host
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  bool auto_remove = false;
  Backends backends;
  ProcessConfig process;
  SecurityConfig security;
  Resources resources;
  std::vector<Ulimit> ulimits;
  std::vector<Device> devices;
  std::vector<std::string> device_cgroup_rules;
  std::map<std::string, std::string> sysctl;
  std::vector<Mount> mounts;
  NetworkConfig network;
  NamespaceMode pid, ipc, uts, user;
  IdMapping id_mapping;  // of its user namespace; empty: it has none
  // "default": private with cgroup v2, the host's with v1.
  NamespaceMode cgroup{"default", {}};
  std::int64_t shm_size = 65536000;  // bytes; podman's default
  std::string cgroup_parent;
  std::string cgroups = "enabled";  // enabled, disabled, no-conmon
  LogConfig log;
  HealthConfig health;
  RestartPolicy restart;
  std::vector<SecretUse> secrets;
  std::vector<std::string> depends_on;  // full ids: --requires, namespaces, volumes-from
  std::string timezone;
  std::string pid_file;  // --pidfile
  std::string conmon_pid_file;
  std::string cid_file;
  std::vector<std::string> create_command;  // argv, for inspect
};
GANTRY_DECLARE_JSON(ContainerConfig)

}  // namespace gantry::model
