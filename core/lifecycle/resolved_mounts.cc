// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/resolved_mounts.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "core/lifecycle/mapped_mounts.h"
#include "core/spec/mount_options.h"

namespace gantry::lifecycle {

namespace {

using model::Mount;
using Options = std::vector<std::string>;

bool has(const Options& options, const char* word) {
  return std::find(options.begin(), options.end(), word) != options.end();
}

// A mount with the user's options would lose what the source's own mount forbids.
void keep_restrictions(const std::string& source, Options& options) {
  struct statvfs info {};
  if (::statvfs(source.c_str(), &info) != 0) {
    return;
  }
  constexpr struct {
    unsigned long flag;
    const char* forbids;
    const char* allows;
  } kRestrictions[] = {
      {ST_NOEXEC, "noexec", "exec"}, {ST_NOSUID, "nosuid", "suid"}, {ST_NODEV, "nodev", "dev"}};
  for (const auto& [flag, forbids, allows] : kRestrictions) {
    if ((info.f_flag & flag) != 0 && !has(options, forbids) && !has(options, allows)) {
      options.emplace_back(forbids);
    }
  }
}

}  // namespace

std::vector<spec::ResolvedMount> resolved_mounts(const StepContext& context,
                                                 const spec::ResolvedUser& user) {
  std::vector<spec::ResolvedMount> mounts;
  for (const Mount& mount : context.config.mounts) {
    spec::ResolvedMount resolved = spec::described(mount);
    if (resolved.type == "bind") {
      resolved.source = context.mount_sources.at(mount.destination);
      keep_restrictions(resolved.source, resolved.options);
    } else if (resolved.type == "tmpfs" && mount.chown) {
      resolved.options.push_back("uid=" + std::to_string(user.uid));
      resolved.options.push_back("gid=" + std::to_string(user.gid));
    }
    mounts.push_back(std::move(resolved));
  }
  return mounts;
}

void require_valid_mounts(const model::ContainerConfig& config) {
  for (const Mount& mount : config.mounts) {
    (void)spec::runtime_options(spec::described(mount));
    require_valid_mapping(config, mount);
    if (mount.overlay && !mount.options.empty()) {
      throw Error(Code::kInvalid, "mount at " + mount.destination +
                                      ": 'O' can only be used with upperdir and workdir: "
                                      "invalid mount option");
    }
    if (mount.upper_dir.empty() != mount.work_dir.empty()) {
      throw Error(Code::kInvalid,
                  "mount at " + mount.destination + ": must specify both upperdir and workdir");
    }
  }
}

}  // namespace gantry::lifecycle
