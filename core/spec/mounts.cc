// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/spec/contributors.h"
#include "core/spec/init_program.h"
#include "core/spec/mount_options.h"

namespace gantry::spec {

namespace {

using Options = std::vector<std::string>;

Json entry(const std::string& destination, const std::string& type, const std::string& source,
           const Options& options) {
  return {
      {"destination", destination}, {"type", type}, {"source", source}, {"options", options}};
}

bool gid_is_mapped(const SpecInput& input, std::uint32_t gid) {
  return input.mapping.gids.empty() ||
         std::any_of(input.mapping.gids.begin(), input.mapping.gids.end(),
                     [&](const ports::IdRange& range) {
                       return gid >= range.container && gid - range.container < range.count;
                     });
}

// The kernel lets a user namespace mount sysfs only for a network namespace of its own, and
// mqueue only for an ipc namespace of its own; the host's are bound instead.
Json sys_mount(const SpecInput& input) {
  const bool privileged = input.config.security.privileged;
  const char* access = privileged ? "rw" : "ro";
  if (has_user_namespace(input) && !has_new_namespace(input, "network")) {
    return entry("/sys", "bind", "/sys",
                 {"rprivate", "nosuid", "noexec", "nodev", access, "rbind"});
  }
  return entry("/sys", "sysfs", "sysfs",
               privileged ? Options{"rprivate", "nosuid", "noexec", "nodev", "rw"}
                          : Options{"nosuid", "noexec", "nodev", "ro"});
}

void add_mqueue(const SpecInput& input, std::vector<Json>& mounts) {
  if (!has_user_namespace(input) || has_new_namespace(input, "ipc")) {
    mounts.push_back(entry("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
  } else if (input.host.mqueue) {
    mounts.push_back(
        entry("/dev/mqueue", "bind", "/dev/mqueue", {"bind", "nosuid", "noexec", "nodev"}));
  }
}

std::vector<Json> default_mounts(const SpecInput& input) {
  std::vector<Json> mounts;
  if (has_user_namespace(input) && !has_new_namespace(input, "pid")) {
    mounts.push_back(
        entry("/proc", "bind", "/proc", {"rbind", "nosuid", "noexec", "nodev", "rprivate"}));
  } else {
    mounts.push_back(entry("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
  }
  mounts.push_back(entry("/dev", "tmpfs", "tmpfs",
                         {"nosuid", "noexec", "strictatime", "mode=755", "size=65536k"}));
  Json sys = sys_mount(input);
  const bool own_sysfs = sys["type"] == "sysfs";
  mounts.push_back(std::move(sys));
  Options pts{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (gid_is_mapped(input, 5)) {
    pts.emplace_back("gid=5");
  }
  mounts.push_back(entry("/dev/pts", "devpts", "devpts", pts));
  add_mqueue(input, mounts);
  if (own_sysfs) {
    mounts.push_back(entry("/sys/fs/cgroup", "cgroup", "cgroup",
                           {"rprivate", "nosuid", "noexec", "nodev", "relatime",
                            input.config.security.privileged ? "rw" : "ro"}));
  }
  return mounts;
}

// What --read-only leaves writable.
std::vector<Json> scratch_mounts(const SpecInput& input) {
  std::vector<Json> mounts;
  const model::SecurityConfig& security = input.config.security;
  if (security.read_only && security.read_only_tmpfs) {
    for (const char* path : {"/run", "/tmp", "/var/tmp"}) {
      mounts.push_back(
          entry(path, "tmpfs", "tmpfs", {"rw", "rprivate", "nosuid", "nodev", "tmpcopyup"}));
    }
  }
  return mounts;
}

std::vector<Json> engine_mounts(const SpecInput& input) {
  std::vector<Json> mounts;
  for (const auto& [destination, source] : input.files) {
    Options options{"bind", "rprivate"};
    if (destination == "/dev/shm") {
      options.insert(options.end(), {"nosuid", "noexec", "nodev"});
    } else if (input.config.security.read_only) {
      options.insert(options.end(), {"ro", "nosuid", "noexec", "nodev"});
    }
    mounts.push_back(entry(destination, "bind", source, options));
  }
  if (input.config.ipc.mode == "host" && input.files.count("/dev/shm") == 0) {
    mounts.push_back(entry("/dev/shm", "bind", "/dev/shm",
                           {"bind", "rprivate", "nosuid", "noexec", "nodev"}));
  }
  if (input.config.process.init) {
    const std::string program = find_init_program(input.config.process.init_path.empty()
                                                      ? input.init_program
                                                      : input.config.process.init_path);
    mounts.push_back(entry(kInitInContainer, "bind", program, {"bind", "ro", "rprivate"}));
  }
  return mounts;
}

std::vector<Json> user_mounts(const SpecInput& input) {
  std::vector<Json> mounts;
  for (const ResolvedMount& mount : input.mounts) {
    if (mount.destination.empty() || mount.destination.front() != '/') {
      throw Error(Code::kInvalid, "invalid container path \"" + mount.destination +
                                      "\", must be an absolute path");
    }
    mounts.push_back(entry(mount.destination, mount.type,
                           mount.source.empty() ? mount.type : mount.source,
                           runtime_options(mount)));
  }
  return mounts;
}

bool is_at_or_below(const std::string& path, const std::string& top) {
  return path == top || (path.starts_with(top) && path[top.size()] == '/');
}

std::string destination_of(const Json& mount) {
  return mount["destination"].get<std::string>();
}

std::ptrdiff_t depth(const Json& mount) {
  const std::string path = destination_of(mount);
  return std::count(path.begin(), path.end(), '/');
}

// A slave or shared mount works only when the container's root is not private.
void add_root_propagation(const std::vector<Json>& mounts, Json& spec) {
  bool shared = false;
  bool slave = false;
  for (const Json& mount : mounts) {
    for (const Json& option : mount["options"]) {
      shared = shared || option == "shared" || option == "rshared";
      slave = slave || option == "slave" || option == "rslave";
    }
  }
  if (shared || slave) {
    spec["linux"]["rootfsPropagation"] = shared ? "shared" : "rslave";
  }
}

}  // namespace

// A later layer gives way to an earlier one: the user's mounts, the engine's files, what
// --read-only leaves writable, the defaults. A default also goes when the user covers a
// folder above it.
void add_mounts(const SpecInput& input, Json& spec) {
  std::vector<Json> all = user_mounts(input);
  const std::size_t user_count = all.size();
  const auto taken = [&](const std::string& destination) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Json& mount) { return destination_of(mount) == destination; });
  };
  const auto covered = [&](const std::string& destination) {
    return std::any_of(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(user_count),
        [&](const Json& mount) { return is_at_or_below(destination, destination_of(mount)); });
  };
  for (Json& mount : engine_mounts(input)) {
    if (!taken(destination_of(mount))) {
      all.push_back(std::move(mount));
    }
  }
  for (Json& mount : scratch_mounts(input)) {
    if (!taken(destination_of(mount))) {
      all.push_back(std::move(mount));
    }
  }
  for (Json& mount : default_mounts(input)) {
    if (!taken(destination_of(mount)) && !covered(destination_of(mount))) {
      all.push_back(std::move(mount));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Json& a, const Json& b) { return depth(a) < depth(b); });
  add_root_propagation(all, spec);
  spec["mounts"] = std::move(all);
}

}  // namespace gantry::spec
