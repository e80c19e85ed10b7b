// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/layer_mounts.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <gantry/error.hpp>
#include <vector>

#include "plugins/storage-overlay/idmap.h"
#include "plugins/storage-overlay/shift_owners.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

OverlayMount LayerMounts::plan_of(const std::string& id, const LayerRecord& record,
                                  const plugin::LayerMount& request) const {
  OverlayMount mount;
  mount.label = request.mount_label;
  mount.userxattr = record.rootless();
  mount.is_volatile = record.is_volatile;
  mount.read_only = !record.writable() || (request.flags & GANTRY_MOUNT_READ_ONLY) != 0;
  if (record.writable()) {
    mount.upper = store_.layer(id) + "/diff";
    mount.work = store_.layer(id) + "/work";
  } else {
    mount.lowers.push_back({store_.layer(id) + "/diff"});
  }
  for (const std::string& lower : record.lowers) {
    mount.lowers.push_back({store_.layer(lower) + "/diff"});
  }
  if (mount.lowers.empty() || (mount.upper.empty() && mount.lowers.size() == 1)) {
    mount.lowers.push_back({store_.empty()});
  }
  return mount;
}

UniqueFd LayerMounts::map_owners(OverlayMount& mount, const std::string& id,
                                 const LayerRecord& record, const plugin::IdMaps& asked) const {
  const plugin::IdMaps own{record.uids, record.gids};
  const plugin::IdMaps& maps = is_identity(asked) ? own : asked;
  if (is_identity(maps)) {
    return {};
  }
  const auto made_for = [&maps](const LayerRecord& its) {
    return same_ranges(its.uids, maps.uids) && same_ranges(its.gids, maps.gids);
  };
  const Error other(Code::kUnsupported,
                    "made for another id mapping; make the layer with the mapping it is to "
                    "be mounted with");
  if (record.writable() && !made_for(record)) {
    throw Error(other.code(), std::string("it was ") + other.what());
  }
  std::vector<std::string> ids = record.lowers;
  if (!record.writable()) {
    ids.insert(ids.begin(), id);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const LayerRecord its = store_.record(ids[i]);
    mount.lowers[i].idmapped = !made_for(its);
    if (mount.lowers[i].idmapped && (!its.uids.empty() || !its.gids.empty())) {
      throw Error(other.code(), "layer " + ids[i] + " was " + other.what());
    }
  }
  UniqueFd user_namespace = make_user_namespace(maps);
  mount.user_namespace = user_namespace.get();
  return user_namespace;
}

std::string LayerMounts::why_not_mounted(const LayerRecord& record) const {
  for (const std::string& lower : record.lowers) {
    if (!gantry::exists(store_.layer(lower) + "/diff")) {
      return "; layer " + lower + " below it is gone";
    }
  }
  return "";
}

UniqueFd LayerMounts::open(const OverlayMount& plan, const std::string& id,
                           const LayerRecord& record) const {
  const bool mapped = plan.user_namespace >= 0;
  if (!mapped || !(always_shift_ || gantry::exists(store_.layer(id) + "/shifted"))) {
    try {
      return open_overlay(plan, store_.empty(), api_);
    } catch (const Error& e) {
      if (!mapped || e.code() != Code::kUnsupported) {
        throw;
      }
      host_.debug("layer " + id + ": " + e.what() + "; changing owners instead");
    }
  }
  return open_shifted(plan, id, record);
}

UniqueFd LayerMounts::open_shifted(const OverlayMount& plan, const std::string& id,
                                   const LayerRecord& record) const {
  const std::string begun = store_.layer(id) + "/shifting";
  const std::string done = store_.layer(id) + "/shifted";
  OverlayMount plain = plan;
  plain.user_namespace = -1;
  for (Lower& lower : plain.lowers) {
    lower.idmapped = false;
  }
  if (!record.writable()) {
    throw Error(Code::kUnsupported,
                "an image can only be mounted with an id mapping where "
                "the kernel maps ids; mount a container of it");
  }
  if (!exists(done)) {
    if (exists(begun)) {
      // An earlier try broke off half-way; nobody has seen its result.
      empty_folder(plan.upper);
    } else if (!std::filesystem::is_empty(plan.upper)) {
      throw Error(Code::kUnsupported,
                  "it has been used with ids that the kernel mapped, "
                  "which it does no longer; commit it where it does");
    }
    write_file(begun, "");
    plain.read_only = false;
    const UniqueFd overlay = open_overlay(plain, store_.empty(), api_);
    shift_owners(overlay.get(), {record.uids, record.gids},
                 [this] { return host_.cancelled(); });
    if (::rename(begun.c_str(), done.c_str()) != 0) {
      throw errno_error(errno, "rename " + begun);
    }
  }
  plain.read_only = plan.read_only;
  return open_overlay(plain, store_.empty(), api_);
}

std::string LayerMounts::mount(const plugin::LayerMount& request) const {
  const std::string folder = store_.layer(request.id);
  std::string target = folder + "/merged";
  const bool read_only = (request.flags & GANTRY_MOUNT_READ_ONLY) != 0;
  const LayerRecord record = read_record(folder, request.id);
  if (is_mount_point(target)) {
    if (record.writable() && read_only != is_read_only_mount(target)) {
      throw Error(Code::kBusy, "layer " + request.id + " is already mounted " +
                                   (read_only ? "writable" : "read-only") +
                                   "; unmount it first");
    }
    return target;
  }
  if (record.is_volatile) {
    // The kernel marks such an overlay as used, and refuses it the next time.
    remove_tree(folder + "/work/work/incompat");
  }
  if (request.mount_label.find('"') != std::string::npos) {
    throw Error(Code::kInvalid, "mount layer " + request.id + ": a label holds no quotes");
  }
  try {
    OverlayMount plan = plan_of(request.id, record, request);
    const UniqueFd user_namespace = map_owners(plan, request.id, record, request.maps);
    attach_overlay(open(plan, request.id, record).get(), target);
  } catch (const Error& e) {
    throw Error(e.code(),
                "mount layer " + request.id + ": " + e.what() + why_not_mounted(record));
  }
  return target;
}

UniqueFd LayerMounts::open_parents(const LayerRecord& record) const {
  if (record.lowers.empty()) {
    return {};
  }
  OverlayMount mount;
  mount.read_only = true;
  mount.userxattr = record.rootless();
  for (const std::string& lower : record.lowers) {
    mount.lowers.push_back({store_.layer(lower) + "/diff"});
  }
  if (mount.lowers.size() == 1) {
    mount.lowers.push_back({store_.empty()});
  }
  return open_overlay(mount, store_.empty(), api_);
}

}  // namespace gantry::storage_overlay
