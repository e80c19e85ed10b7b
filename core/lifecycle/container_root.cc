// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/container_root.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "core/lifecycle/user_mounts.h"
#include "core/volume/volumes.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

struct Source {
  std::string destination;
  std::filesystem::path path;
  bool read_only = false;
};
using Sources = std::vector<Source>;

bool has_processes(const model::ContainerState& state) {
  return state.pid > 0 &&
         (state.status == model::Status::kCreated || state.status == model::Status::kRunning ||
          state.status == model::Status::kPaused);
}

// The volumes that are mounted for the work; not mounted counts as done.
void release_volumes(engine::Engine& engine, const model::ContainerConfig& config) noexcept {
  volume::Volumes volumes(engine.store, engine.layout.volumes());
  for (const model::Mount& mount : config.mounts) {
    try {
      if (mount.kind == model::MountKind::kVolume) {
        volumes.unmount(mount.source, config.id);
      }
    } catch (const std::exception&) {  // it goes with the container's next end
    }
  }
}

bool is_read_only(const model::Mount& mount) {
  return std::any_of(mount.options.begin(), mount.options.end(), [](const std::string& option) {
    return option == "ro" || option == "rro";
  });
}

Sources sources_of(engine::Engine& engine, const model::ContainerConfig& config,
                   const std::filesystem::path& root) {
  volume::Volumes volumes(engine.store, engine.layout.volumes());
  Sources sources;
  for (const model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kVolume) {
      std::filesystem::path source = volumes.mount(mount.source, config.id);
      if (!mount.no_copy) {
        volumes.copy_up(mount.source, root, mount.destination);
      }
      sources.push_back({mount.destination, std::move(source), is_read_only(mount)});
    } else if (mount.kind == model::MountKind::kBind && gantry::exists(mount.source)) {
      sources.push_back({mount.destination, mount.source, is_read_only(mount)});
    }
  }
  return sources;
}

// Makes what is missing of a mount point, as the runtime would at start.
UniqueFd open_mount_point(int root, const std::string& path, bool folder) {
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
  const UniqueFd parent = open_mount_point(root, whole.parent_path(), true);
  const std::string leaf = whole.filename();
  const int answer = folder ? ::mkdirat(parent.get(), leaf.c_str(), 0755)
                     : UniqueFd(::openat(parent.get(), leaf.c_str(),
                                         O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644))
                         ? 0
                         : -1;
  if (answer != 0 && errno != EEXIST) {
    throw errno_error(errno, "make mount point " + path);
  }
  return open_in_root(root, path, O_PATH);
}

// Everything is opened anew: a mount may lie below another.
void show(const std::filesystem::path& path, const Source& source) {
  const bool is_folder = std::filesystem::is_directory(source.path);
  const auto open_target = [&] {
    const UniqueFd root = open_file(path, O_PATH | O_DIRECTORY);
    return open_mount_point(root.get(), source.destination, is_folder);
  };
  const UniqueFd target = open_target();
  bool done = ::mount(source.path.c_str(), fd_path(target.get()).c_str(), nullptr,
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
                     const std::function<void(int root)>& work) {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw errno_error(errno, "make a private view of the container's mounts");
  }
  for (const Source& source : sources) {
    show(path, source);
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
      in_private_view(mount.path(), sources, work);
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
