// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/overlay_storage.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <gantry/error.hpp>
#include <memory>
#include <optional>

#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/layer_diff.h"
#include "plugins/storage-overlay/layer_unpack.h"
#include "plugins/storage-overlay/overlay_mount.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/timestamp.h"

namespace gantry::storage_overlay {

namespace {

Error no_layer(const std::string& id) {
  return {Code::kNotFound, "layer " + id + " does not exist"};
}

// Whether this process has but a part of the machine's ids, as every rootless one has.
bool in_user_namespace() {
  static const bool answer = [] {
    const std::string map = read_file_if_exists("/proc/self/uid_map").value_or("");
    return !map.empty() && map.find("4294967295") == std::string::npos;
  }();
  return answer;
}

bool parse_volatile(const std::string& options_json, const std::string& id) {
  bool is_volatile = false;
  if (options_json.empty() || options_json == "{}") {
    return is_volatile;
  }
  const Json options = parse_json(options_json, "storage options of layer " + id);
  for (const auto& [key, value] : options.items()) {
    if (key == "volatile" && value.is_string()) {
      is_volatile = value.get<std::string>() == "true";
    } else {
      throw Error(Code::kUnsupported, "storage option \"" + key +
                                          "\" is not supported by the overlay driver; " +
                                          "it knows \"volatile\"");
    }
  }
  return is_volatile;
}

void make_folder_at(int folder, const char* name, mode_t mode, const std::string& shown) {
  // chmod, because the process may have a umask.
  if (::mkdirat(folder, name, mode) != 0 || ::fchmodat(folder, name, mode, 0) != 0) {
    throw errno_error(errno, "make folder " + shown + "/" + name);
  }
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

LayerRecord OverlayStorage::plan_record(const plugin::LayerCreate& request) const {
  LayerRecord record;
  record.flags = request.flags & (GANTRY_LAYER_WRITABLE | GANTRY_LAYER_ROOTLESS);
  if (in_user_namespace()) {
    record.flags |= GANTRY_LAYER_ROOTLESS;
  }
  record.created_ns = now_ns();
  record.is_volatile = parse_volatile(request.options_json, request.id);
  if (!is_identity(request.maps)) {
    record.uids = request.maps.uids;
    record.gids = request.maps.gids;
  }
  if (!request.parent.empty()) {
    const LayerRecord parent = store_.record(request.parent);
    record.lowers.reserve(parent.lowers.size() + 1);
    record.lowers.push_back(request.parent);
    record.lowers.insert(record.lowers.end(), parent.lowers.begin(), parent.lowers.end());
  }
  const std::size_t stacked = record.lowers.size() + (record.writable() ? 0 : 1);
  if (stacked > kMaxLowers) {
    throw Error(Code::kUnsupported,
                "layer " + request.id + " would be number " + std::to_string(stacked) +
                    " of its stack and the kernel's overlay takes " +
                    std::to_string(kMaxLowers) + "; squash the image to fewer layers");
  }
  return record;
}

void OverlayStorage::fill_staged(int folder, const LayerRecord& record,
                                 const std::string& shown) const {
  write_record(folder, record, shown);
  // The root folder of the merged view is the topmost layer's: it begins as its parent's.
  struct stat root {};
  root.st_mode = 0755;
  if (!record.lowers.empty()) {
    const std::string below = store_.layer(record.parent()) + "/diff";
    if (::lstat(below.c_str(), &root) != 0) {
      throw errno_error(errno, "look at " + below);
    }
    const LayerRecord parent = store_.record(record.parent());
    root.st_uid = to_container(parent.uids, root.st_uid).value_or(root.st_uid);
    root.st_gid = to_container(parent.gids, root.st_gid).value_or(root.st_gid);
  }
  const uid_t uid = to_host(record.uids, root.st_uid).value_or(root.st_uid);
  const gid_t gid = to_host(record.gids, root.st_gid).value_or(root.st_gid);
  make_folder_at(folder, "diff", root.st_mode & 07777U, shown);
  if ((uid != ::geteuid() || gid != ::getegid()) &&
      (::fchownat(folder, "diff", uid, gid, 0) != 0 ||
       ::fchmodat(folder, "diff", root.st_mode & 07777U, 0) != 0)) {
    throw errno_error(errno, "give " + shown + "/diff its owner");
  }
  if (!record.lowers.empty()) {
    copy_xattrs(store_.layer(record.parent()) + "/diff", shown + "/diff");
    const std::array<timespec, 2> times{root.st_atim, root.st_mtim};
    if (::utimensat(folder, "diff", times.data(), 0) != 0) {
      throw errno_error(errno, "set the times of " + shown + "/diff");
    }
  }
  make_folder_at(folder, "merged", 0700, shown);
  if (record.writable()) {
    make_folder_at(folder, "work", 0700, shown);
  }
  if (!record.gids.empty()) {
    // The container's root passes through on the way to its root filesystem.
    const gid_t through = to_host(record.gids, 0).value_or(0);
    if (::fchown(folder, static_cast<uid_t>(-1), through) != 0 || ::fchmod(folder, 0710) != 0) {
      throw errno_error(errno, "open " + shown + " to the mapped root");
    }
  }
}

void OverlayStorage::create(const plugin::LayerCreate& request) {
  const std::string committed = store_.layer(request.id);
  if (staged_.contains(request.id) || exists(committed)) {
    throw Error(Code::kExists, "layer " + request.id + " already exists");
  }
  const LayerRecord record = plan_record(request);
  UniqueFd folder = store_.make_staged(request.id);
  const std::string shown = store_.staged(request.id);
  Cleanup undo([&] { quietly([&] { drop(shown, request.id); }); });
  fill_staged(folder.get(), record, shown);
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
