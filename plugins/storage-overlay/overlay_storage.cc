// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/overlay_storage.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <gantry/error.hpp>
#include <memory>
#include <optional>

#include "plugins/storage-overlay/layer_diff.h"
#include "plugins/storage-overlay/layer_unpack.h"
#include "plugins/storage-overlay/new_layer.h"
#include "plugins/storage-overlay/overlay_mount.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"

namespace gantry::storage_overlay {

namespace {

Error no_layer(const std::string& id) {
  return {Code::kNotFound, "layer " + id + " does not exist"};
}

// For undoing, where the first failure is the one to tell.
template <typename Work>
void quietly(const Work& work) noexcept {
  try {
    work();
  } catch (const std::exception&) {  // what is left is dropped by recover
  }
}

template <typename Visit>
void for_each_entry(const std::string& folder, const Visit& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
  if (!dir) {
    throw errno_error(errno, "read folder " + folder);
  }
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name.front() != '.' && !visit(name)) {
      return;
    }
  }
}

}  // namespace

OverlayStorage::OverlayStorage(plugin::Host host, const std::string& config_json)
    : host_(host), store_(host.data_dir()), mounts_(store_, host_) {
  if (config_json.empty() || config_json == "{}") {
    return;
  }
  const Json config = parse_json(config_json, "configuration of storage driver overlay");
  for (const auto& [key, value] : config.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (key == "mount-api" && (text == "auto" || text == "legacy")) {
      mounts_.use(text == "legacy" ? MountApi::kLegacy : MountApi::kNewest);
    } else if (key == "id-mapping" && (text == "auto" || text == "shift")) {
      mounts_.always_shift(text == "shift");
    } else {
      throw Error(Code::kInvalid, "storage driver overlay: " + key + "=" + text +
                                      " is not understood; it knows mount-api=auto|legacy and "
                                      "id-mapping=auto|shift");
    }
  }
}

void OverlayStorage::probe() {
  const std::string folder = make_temp_directory(host_.data_dir() + "/probe.XXXXXX");
  const Cleanup remove([&] { quietly([&] { remove_tree(folder); }); });
  OverlayMount mount;
  for (const char* name : {"lower", "upper", "work"}) {
    make_directories(folder + "/" + name);
  }
  mount.lowers = {{folder + "/lower"}};
  mount.upper = folder + "/upper";
  mount.work = folder + "/work";
  mount.userxattr = in_user_namespace();
  try {
    (void)open_overlay(mount, folder + "/lower", mounts_.api());
    (void)is_mount_point(folder);
  } catch (const Error& e) {
    throw Error(Code::kUnsupported,
                "storage driver overlay cannot work in " + host_.data_dir() + ": " + e.what() +
                    "; it needs Linux 5.11 or newer with overlayfs (modprobe overlay), the " +
                    "right to mount, and a data folder on ext4, xfs or btrfs");
  }
}

void OverlayStorage::init() { store_.make_folders(); }

void OverlayStorage::create(const plugin::LayerCreate& request) {
  const std::string committed = store_.layer(request.id);
  if (staged_.contains(request.id) || exists(committed)) {
    throw Error(Code::kExists, "layer " + request.id + " already exists");
  }
  const LayerRecord record = plan_layer(store_, request);
  UniqueFd folder = store_.make_staged(request.id);
  const std::string shown = store_.staged(request.id);
  Cleanup undo([&] { quietly([&] { drop(shown, request.id); }); });
  begin_layer(store_, folder.get(), record, shown);
  staged_.emplace(request.id, std::move(folder));
  undo.dismiss();
}

UniqueFd* OverlayStorage::staged_lock(const std::string& id) {
  const auto known = staged_.find(id);
  if (known != staged_.end()) {
    return &known->second;
  }
  const std::string folder = store_.staged(id);
  bool busy = false;
  UniqueFd lock = store_.try_lock(folder, busy);
  if (busy) {
    throw Error(Code::kBusy, "layer " + id + " is being made by another process");
  }
  if (!lock) {
    return nullptr;
  }
  return &staged_.emplace(id, std::move(lock)).first->second;
}

plugin::Applied OverlayStorage::apply(const std::string& id, int fd) {
  const UniqueFd* lock = staged_lock(id);
  if (lock == nullptr) {
    throw exists(store_.layer(id))
        ? Error(Code::kInvalid, "layer " + id + " is committed and cannot be changed")
        : no_layer(id);
  }
  const std::string folder = store_.staged(id);
  const LayerRecord record = read_record(folder, id);
  const UniqueFd mark(
      ::openat(lock->get(), "applying", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!mark) {
    throw errno == EEXIST
        ? Error(Code::kInvalid, "unpack layer " + id + ": an earlier try broke off; remove it")
        : errno_error(errno, "unpack layer " + id);
  }
  UnpackOptions options;
  options.record = &record;
  options.open_parents = [this, &record] { return mounts_.open_parents(record); };
  options.host = &host_;
  plugin::Applied applied = unpack_layer(folder + "/diff", fd, options);
  if (::unlinkat(lock->get(), "applying", 0) != 0) {
    throw errno_error(errno, "end unpacking layer " + id);
  }
  return applied;
}

// A container's new layer is empty, and all of it that must reach the disk is its record:
// without that nobody could mount what the container itself syncs a moment later.
void OverlayStorage::sync_staged(int folder, const LayerRecord& record,
                                 const std::string& id) const {
  const std::string shown = store_.staged(id);
  const bool only_record = record.writable() && std::filesystem::is_empty(shown + "/diff");
  const int done =
      only_record ? ::fsync(open_file(shown + "/layer", O_RDONLY).get()) : ::syncfs(folder);
  if (done != 0) {
    throw errno_error(errno, "sync layer " + id);
  }
}

void OverlayStorage::commit(const std::string& id) {
  const UniqueFd* lock = staged_lock(id);
  const std::string target = store_.layer(id);
  if (lock == nullptr) {
    if (exists(target)) {
      return;
    }
    throw no_layer(id);
  }
  const std::string folder = store_.staged(id);
  if (exists(folder + "/applying")) {
    throw Error(Code::kInvalid,
                "commit layer " + id + ": its content was not unpacked whole; remove it");
  }
  const LayerRecord record = read_record(folder, id);
  if (!record.is_volatile) {
    sync_staged(lock->get(), record, id);
  }
  if (::renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    throw errno_error(errno, "commit layer " + id);
  }
  staged_.erase(id);
  if (!record.is_volatile) {
    sync_directory(store_.layers());
  }
}

void OverlayStorage::drop(const std::string& folder, const std::string& id) const {
  const auto trashed = store_.move_to_trash(folder, id);
  if (!trashed) {
    return;
  }
  try {
    remove_tree(*trashed);
  } catch (const Error& e) {
    // The layer is gone as far as anyone can see; recover tries again.
    host_.warn("layer " + id + " is removed, but not all of its files: ignoring " + e.what());
  }
}

void OverlayStorage::remove(const std::string& id) {
  if (staged_lock(id) != nullptr) {
    drop(store_.staged(id), id);
    staged_.erase(id);
  }
  const UniqueFd lock = lock_committed(id);
  if (lock) {
    const std::string folder = store_.layer(id);
    detach_overlay(folder + "/merged", "layer " + id);
    drop(folder, id);
  }
  // And what a remove of it that was killed had renamed away.
  for_each_entry(store_.trash(), [&](const std::string& name) {
    if (name.starts_with(id + ".")) {
      quietly([&] { remove_tree(store_.trash() + "/" + name); });
    }
    return true;
  });
}

void OverlayStorage::list(const std::function<bool(std::string_view id)>& visit) {
  for_each_entry(store_.layers(), visit);
}

plugin::LayerInfo OverlayStorage::stat(const std::string& id) {
  const LayerRecord record = store_.record(id);
  plugin::LayerInfo info;
  info.parent = record.parent();
  info.flags = record.flags;
  if (is_mount_point(store_.layer(id) + "/merged")) {
    info.flags |= GANTRY_LAYER_MOUNTED;
  }
  info.created_ns = record.created_ns;
  return info;
}

UniqueFd OverlayStorage::lock_committed(const std::string& id) const {
  return store_.lock(store_.layer(id), [this] { return host_.cancelled(); });
}

std::string OverlayStorage::folder_of(const std::string& id) const {
  for (const std::string& folder : {store_.layer(id), store_.staged(id)}) {
    if (exists(folder + "/layer")) {
      return folder;
    }
  }
  throw no_layer(id);
}

std::string OverlayStorage::mount(const plugin::LayerMount& request) {
  const UniqueFd lock = lock_committed(request.id);
  if (!lock) {
    throw no_layer(request.id);
  }
  return mounts_.mount(request);
}

void OverlayStorage::unmount(const std::string& id) {
  const UniqueFd lock = lock_committed(id);
  if (lock) {
    detach_overlay(store_.layer(id) + "/merged", "layer " + id);
  }
}

void OverlayStorage::diff(const std::string& id, int fd) {
  const std::string folder = folder_of(id);
  const LayerRecord record = read_record(folder, id);
  const UniqueFd parents = mounts_.open_parents(record);
  write_layer_diff(folder + "/diff", parents.get(), record, exists(folder + "/shifted"), fd,
                   [this] { return host_.cancelled(); });
}

void OverlayStorage::changes(
    const std::string& id, const std::function<bool(int kind, std::string_view path)>& visit) {
  const std::string folder = folder_of(id);
  const LayerRecord record = read_record(folder, id);
  const UniqueFd parents = mounts_.open_parents(record);
  list_layer_changes(folder + "/diff", parents.get(), record, exists(folder + "/shifted"),
                     visit);
}

plugin::Usage OverlayStorage::usage(const std::string& id) {
  return measure_tree(folder_of(id) + "/diff");
}

void OverlayStorage::recover() {
  for_each_entry(store_.staging(), [this](const std::string& id) {
    if (!staged_.contains(id)) {
      bool busy = false;
      const UniqueFd lock = store_.try_lock(store_.staging() + "/" + id, busy);
      if (lock) {
        (void)store_.move_to_trash(store_.staging() + "/" + id, id);
      }
    }
    return true;
  });
  std::optional<Error> first;
  for_each_entry(store_.trash(), [&](const std::string& name) {
    try {
      remove_tree(store_.trash() + "/" + name);
    } catch (const Error& e) {
      first = first ? first : e;
    }
    return true;
  });
  if (first) {
    throw Error(*first);
  }
}

}  // namespace gantry::storage_overlay
