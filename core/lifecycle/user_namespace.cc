// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/user_namespace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "core/userns/namespace_mapping.h"
#include "core/userns/subordinate_ids.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

// The ranges of a name in the file, with those that were given besides.
void add_named(model::IdRanges& ranges, const fs::path& file, const std::string& user,
               const std::string& kind) {
  model::IdRanges named = userns::map_all(userns::read_subordinate_ids(file, user, kind));
  named.insert(named.end(), ranges.begin(), ranges.end());
  ranges = std::move(named);
}

void settle_named(engine::Engine& engine, CreateRequest& request) {
  std::string& uids = request.subuid_name;
  std::string& gids = request.subgid_name;
  if (uids.empty() && gids.empty()) {
    return;
  }
  model::IdMapping& mapping = request.config.id_mapping;
  add_named(mapping.uids, engine.settings.subuid_file, uids.empty() ? gids : uids, "subuid");
  add_named(mapping.gids, engine.settings.subgid_file, gids.empty() ? uids : gids, "subgid");
}

model::IdMapping mapping_of_container(engine::Engine& engine, const std::string& id) {
  return engine.store.read([&](const store::Reader& reader) {
    const auto brief = reader.find_brief(id);
    return brief ? brief->id_mapping : model::IdMapping{};
  });
}

bool may_pass(const struct stat& info, const model::Owner& root) {
  const mode_t bit = info.st_uid == root.uid   ? S_IXUSR
                     : info.st_gid == root.gid ? S_IXGRP
                                               : S_IXOTH;
  return (info.st_mode & bit) != 0;
}

bool has_access_list(const fs::path& path) {
  return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

}  // namespace

void settle_id_mapping(engine::Engine& engine, CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  const std::string& mode = config.user.mode;
  if (mode == "auto") {
    return;
  }
  if (mode == "container") {
    config.id_mapping = mapping_of_container(engine, config.user.value);
  } else if (mode == "ns") {
    config.id_mapping = userns::mapping_of(config.user.value);
  } else {
    settle_named(engine, request);
  }
  if (!config.id_mapping.empty()) {
    model::require_valid(config.id_mapping);
  }
}

void give_to_container(const model::ContainerConfig& config, const fs::path& file) {
  if (config.id_mapping.empty()) {
    return;
  }
  const model::Owner root = model::root_of(config.id_mapping);
  if (::lchown(file.c_str(), root.uid, root.gid) != 0) {
    throw errno_error(errno, "give " + file.string() + " to the container's root");
  }
}

model::Owner host_owner(const model::ContainerConfig& config, std::uint32_t uid,
                        std::uint32_t gid) {
  const auto host_uid = model::to_host(config.id_mapping.uids, uid);
  const auto host_gid = model::to_host(config.id_mapping.gids, gid);
  if (!host_uid || !host_gid) {
    throw Error(Code::kInvalid, "the user namespace of container " + config.name +
                                    " does not map " + (host_uid ? "group " : "user ") +
                                    std::to_string(host_uid ? gid : uid) +
                                    ": create it with a mapping that holds it, such as "
                                    "--userns=auto:size=65536");
  }
  return {*host_uid, *host_gid};
}

void give_streams(const model::ContainerConfig& config, const fs::path& root, int pid) {
  const fs::path process = "/proc/" + std::to_string(pid);
  struct stat own {};
  struct stat its {};
  if (config.id_mapping.empty() || ::stat("/proc/self/ns/user", &own) != 0 ||
      ::stat((process / "ns/user").c_str(), &its) != 0 || own.st_ino == its.st_ino) {
    return;
  }
  const UniqueFd folder = open_file(root, O_PATH | O_DIRECTORY);
  const spec::ResolvedUser user = spec::resolve_user(folder.get(), config.process.user);
  const model::Owner owner = host_owner(config, user.uid, user.gid);
  for (const char* stream : {"fd/0", "fd/1", "fd/2"}) {
    struct stat info {};
    const fs::path path = process / stream;
    if (::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode) &&
        ::chown(path.c_str(), owner.uid, owner.gid) != 0 && errno != ENOENT) {
      throw errno_error(errno, "give its streams to container " + config.name);
    }
  }
}

void require_passable(const model::ContainerConfig& config, const fs::path& root) {
  if (config.id_mapping.empty()) {
    return;
  }
  const model::Owner owner = model::root_of(config.id_mapping);
  fs::path folder;
  for (const fs::path& part : root) {
    folder /= part;
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0) {
      throw errno_error(errno, "look at " + folder.string());
    }
    if (!may_pass(info, owner) && !has_access_list(folder)) {
      throw Error(Code::kInvalid,
                  "the root of container " + config.name + ", user " +
                      std::to_string(owner.uid) + " on the host, cannot pass " +
                      folder.string() + " on the way to its root file system: chmod o+x " +
                      folder.string() + ", or keep containers elsewhere (--root)");
    }
  }
}

}  // namespace gantry::lifecycle
