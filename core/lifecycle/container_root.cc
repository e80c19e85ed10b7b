// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/container_root.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "core/engine/volumes.h"
#include "core/lifecycle/mount_sources.h"
#include "core/lifecycle/user_mounts.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

namespace {

struct Source {
  std::string destination;
  std::filesystem::path path;
  std::string sub_path;
  bool read_only = false;
};
using Sources = std::vector<Source>;

bool has_processes(const model::ContainerState& state) {
  return state.pid > 0 &&
         (state.status == model::Status::kCreated || model::runs(state.status));
}

// The volumes that are mounted for the work; not mounted counts as done.
void release_volumes(engine::Engine& engine, const model::ContainerConfig& config) noexcept {
  const Uncancelled shield;
  volume::Volumes volumes = volumes_of(engine);
  for (const model::Mount& mount : config.mounts) {
    try {
      if (mount.kind == model::MountKind::kVolume) {
        volumes.unmount(mount.source, config.id);
      }
    } catch (const std::exception&) {  // it goes with the container's next end
    }
  }
}

// What O shows is not to be changed from here: its changes last as long as a run.
bool is_read_only(const model::Mount& mount) {
  return mount.overlay ||
         std::any_of(mount.options.begin(), mount.options.end(), [](const std::string& option) {
           return option == "ro" || option == "rro";
         });
}

Sources sources_of(engine::Engine& engine, const model::ContainerConfig& config,
                   const std::filesystem::path& root) {
  Sources sources;
  for (const model::Mount& mount : config.mounts) {
    std::filesystem::path path;
    if (mount.kind == model::MountKind::kVolume) {
      path = use_volume(engine, config, mount, root);
    } else if (mount.kind == model::MountKind::kBind && gantry::exists(mount.source)) {
      path = mount.source;
    } else {
      continue;
    }
    sources.push_back(
        {mount.destination, std::move(path), mount.sub_path, is_read_only(mount)});
  }
  return sources;
}

// Makes what is missing of a mount point, as the runtime would at start.
UniqueFd open_mount_point(int root, const std::string& path, bool folder,
                          const model::Owner& owner) {
  try {
    return open_in_root(root, path, O_PATH);
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
  }
  const std::filesystem::path whole(path);
  if (whole.parent_path() == whole) {
    throw Error(Code::kInvalid, "mount point \"" + path + "\" is not an absolute path");
  }
  const UniqueFd parent = open_mount_point(root, whole.parent_path(), true, owner);
  const std::string leaf = whole.filename();
  const int answer = folder ? ::mkdirat(parent.get(), leaf.c_str(), 0755)
                     : UniqueFd(::openat(parent.get(), leaf.c_str(),
                                         O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644))
                         ? 0
                         : -1;
  if ((answer != 0 && errno != EEXIST) ||
      (answer == 0 && ::fchownat(parent.get(), leaf.c_str(), owner.uid, owner.gid,
                                 AT_SYMLINK_NOFOLLOW) != 0)) {
    throw errno_error(errno, "make mount point " + path);
  }
  return open_in_root(root, path, O_PATH);
}

// Everything is opened anew: a mount may lie below another, and all of them belong to this
// mount namespace.
void show(const std::filesystem::path& path, const Source& source, const model::Owner& owner) {
  UniqueFd from = open_file(source.path, O_PATH);
  if (!source.sub_path.empty()) {
    from = open_in_root(from.get(), source.sub_path, O_PATH);
  }
  struct stat info {};
  const bool is_folder = ::fstat(from.get(), &info) == 0 && S_ISDIR(info.st_mode);
  const auto open_target = [&] {
    const UniqueFd root = open_file(path, O_PATH | O_DIRECTORY);
    return open_mount_point(root.get(), source.destination, is_folder, owner);
  };
  const UniqueFd target = open_target();
  bool done = ::mount(fd_path(from.get()).c_str(), fd_path(target.get()).c_str(), nullptr,
                      MS_BIND | MS_REC, nullptr) == 0;
  if (done && source.read_only) {
    // What is mounted below too: MS_REMOUNT would leave it writable.
    const UniqueFd mounted = open_target();
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    done = ::mount_setattr(mounted.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                           sizeof attributes) == 0;
  }
  if (!done) {
    throw errno_error(errno, "show " + source.path.string() + " at " + source.destination);
  }
}

// In a mount namespace of the calling thread alone, which ends with it.
void in_private_view(const std::filesystem::path& path, const Sources& sources,
                     const model::Owner& owner, const std::function<void(int root)>& work) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw errno_error(errno, "make a private view of the container's mounts");
  }
  for (const Source& source : sources) {
    show(path, source, owner);
  }
  const UniqueFd root = open_file(path, O_PATH | O_DIRECTORY);
  work(root.get());
}

void with_idle_root(engine::Engine& engine, const LockedContainer& container,
                    const std::function<void(int root)>& work) {
  const PassingMount mount(engine, container);
  const Cleanup release([&] { release_volumes(engine, container.config); });
  const Sources sources = sources_of(engine, container.config, mount.path());
  if (sources.empty()) {
    const UniqueFd root = open_file(mount.path(), O_PATH | O_DIRECTORY);
    work(root.get());
    return;
  }
  std::exception_ptr failure;
  std::thread([&] {
    try {
      in_private_view(mount.path(), sources, model::root_of(container.config.id_mapping), work);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace

void with_container_root(engine::Engine& engine, LockedContainer& container,
                         const std::function<void(int root)>& work) {
  if (!has_processes(container.state)) {
    with_idle_root(engine, container, work);
    return;
  }
  const UniqueFd root =
      open_file("/proc/" + std::to_string(container.state.pid) + "/root", O_PATH | O_DIRECTORY);
  container.lock.release();
  work(root.get());
}

}  // namespace gantry::lifecycle
