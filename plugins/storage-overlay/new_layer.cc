// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/new_layer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <gantry/error.hpp>

#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/overlay_mount.h"
#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/timestamp.h"

namespace gantry::storage_overlay {

namespace {

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

}  // namespace

bool in_user_namespace() {
  static const bool answer = [] {
    const std::string map = read_file_if_exists("/proc/self/uid_map").value_or("");
    return !map.empty() && map.find("4294967295") == std::string::npos;
  }();
  return answer;
}

LayerRecord plan_layer(const LayerStore& store, const plugin::LayerCreate& request) {
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
    const LayerRecord parent = store.record(request.parent);
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

void begin_layer(const LayerStore& store, int folder, const LayerRecord& record,
                 const std::string& shown) {
  write_record(folder, record, shown);
  // The root folder of the merged view is the topmost layer's: it begins as its parent's.
  struct stat root {};
  root.st_mode = 0755;
  if (!record.lowers.empty()) {
    const std::string below = store.layer(record.parent()) + "/diff";
    if (::lstat(below.c_str(), &root) != 0) {
      throw errno_error(errno, "look at " + below);
    }
    const LayerRecord parent = store.record(record.parent());
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
    copy_xattrs(store.layer(record.parent()) + "/diff", shown + "/diff");
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

}  // namespace gantry::storage_overlay
