// SPDX-License-Identifier: Apache-2.0
//
// Mounts the kernel's overlayfs with as many layers as the kernel takes, whatever the
// length of their paths. Free functions without state: any thread may call them at once.
// Failures are Errors that carry the kernel's own words where it gives any.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

// The most lower layers one overlay takes (OVL_MAX_STACK in the kernel).
inline constexpr std::size_t kMaxLowers = 500;

struct Lower {
  std::string path;
  bool idmapped = false;
};

struct OverlayMount {
  std::vector<Lower> lowers;  // nearest first; at least one, two when upper is empty
  std::string upper;          // empty: nothing can be written
  std::string work;
  std::string label;  // SELinux context; empty: none
  bool read_only = false;
  bool userxattr = false;  // as an unprivileged user namespace needs it
  bool is_volatile = false;
  int user_namespace = -1;  // whose id mapping the lowers marked idmapped get
};

enum class MountApi {
  kNewest,  // fsopen with lowerdir+ (Linux 6.5), the other form where that is refused
  kLegacy,  // mount(2) with descriptors for names, so that one page of options is enough
};

// The root folder of an overlay that is mounted nowhere; it ends with the descriptor,
// unless attached before. scratch is any folder: where the kernel cannot do without a mount
// point it is covered for a moment, in a namespace that nobody else sees.
[[nodiscard]] UniqueFd open_overlay(const OverlayMount& mount, const std::string& scratch,
                                    MountApi api);

// Mounts at the folder target what open_overlay made.
void attach_overlay(int overlay, const std::string& target);

// Whether something is mounted at path now, in this mount namespace; false when path does
// not exist.
[[nodiscard]] bool is_mount_point(const std::string& path);
[[nodiscard]] bool is_read_only_mount(const std::string& path);

// Ends the mount at path; not mounted counts as done. kBusy names what holds it.
void detach_overlay(const std::string& path, const std::string& shown);

}  // namespace gantry::storage_overlay
