// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "cli/create/create_request.h"
#include "cli/create/mount_paths.h"
#include "cli/values.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

namespace fs = std::filesystem;
using model::Mount;
using model::MountKind;

// What is gantry's own business; the rest is the mount's.
void add_option(const std::string& option, Mount& mount) {
  if (option == "U") {
    mount.chown = true;
  } else if (option == "O") {
    mount.overlay = true;
  } else if (option.starts_with("upperdir=")) {
    mount.upper_dir = option.substr(option.find('=') + 1);
  } else if (option.starts_with("workdir=")) {
    mount.work_dir = option.substr(option.find('=') + 1);
  } else if (option == "nocopy") {
    mount.no_copy = true;
  } else if (option != "copy" && !option.empty()) {
    mount.options.push_back(option);
  }
}

void set_source(const std::string& source, const HostFacts& host, Mount& mount) {
  if (source.starts_with('/') || source.starts_with('.')) {
    mount.kind = MountKind::kBind;
    mount.source = host_path(source, host);
    return;
  }
  mount.kind = MountKind::kVolume;
  mount.source = source;
  model::require_valid_name(source);
}

void check_destinations(const std::vector<Mount>& mounts) {
  for (auto mount = mounts.begin(); mount != mounts.end(); ++mount) {
    const bool twice = std::any_of(mounts.begin(), mount, [&](const Mount& other) {
      return other.destination == mount->destination;
    });
    if (twice) {
      throw Error(Code::kInvalid, mount->destination + ": duplicate mount destination");
    }
  }
}

}  // namespace

std::string clean_destination(const std::string& path, const std::string& whole) {
  try {
    return model::clean_destination(path);
  } catch (const Error& e) {
    throw Error(Code::kInvalid, std::string(e.what()) + ": \"" + whole + "\"");
  }
}

std::string host_path(const std::string& path, const HostFacts& host) {
  std::string clean = (fs::path(host.directory) / path).lexically_normal();
  if (clean.size() > 1 && clean.ends_with('/')) {
    clean.pop_back();
  }
  if (!host.path_exists(clean)) {
    throw Error(Code::kNotFound, "statfs " + clean + ": no such file or directory");
  }
  return clean;
}

Mount parse_volume(const std::string& text, const HostFacts& host) {
  const std::vector<std::string> parts = split(text, ':');
  Mount mount;
  if (parts.size() > 3) {
    throw Error(Code::kInvalid,
                text + ": incorrect volume format, should be [host-dir:]ctr-dir[:option]");
  }
  if (parts.size() == 1) {
    mount.kind = MountKind::kVolume;
    mount.anonymous = true;
    mount.destination = clean_destination(parts[0], text);
    return mount;
  }
  if (parts[0].empty()) {
    throw Error(Code::kInvalid, "host directory cannot be empty in \"" + text + "\"");
  }
  mount.destination = clean_destination(parts[1], text);
  if (parts.size() == 3) {
    for (const std::string& option : split(parts[2], ',')) {
      add_option(option, mount);
    }
  }
  set_source(parts[0], host, mount);
  for (std::string* folder : {&mount.upper_dir, &mount.work_dir}) {
    if (!folder->empty()) {
      *folder = host_path(*folder, host);
    }
  }
  if (!mount.overlay && !(mount.upper_dir.empty() && mount.work_dir.empty())) {
    throw Error(Code::kInvalid, "upperdir and workdir need the option O in \"" + text + "\"");
  }
  return mount;
}

Mount parse_tmpfs(const std::string& text) {
  const auto pair = cut(text, ':');
  Mount mount;
  mount.kind = MountKind::kTmpfs;
  mount.destination = clean_destination(pair ? pair->first : text, text);
  if (pair) {
    for (const std::string& option : split(pair->second, ',')) {
      add_option(option, mount);
    }
  }
  return mount;
}

void read_mounts(const Options& options, const HostFacts& host,
                 lifecycle::CreateRequest& request) {
  std::vector<Mount>& mounts = request.config.mounts;
  for (const std::string& text : options.list("volume")) {
    mounts.push_back(parse_volume(text, host));
  }
  for (const std::string& text : options.list("mount")) {
    mounts.push_back(parse_mount(text, host));
  }
  for (const std::string& text : options.list("tmpfs")) {
    mounts.push_back(parse_tmpfs(text));
  }
  check_destinations(mounts);
  request.volumes_from = options.list("volumes-from");
  request.image_volumes = options.text("image-volume");
  if (request.image_volumes != "bind" && request.image_volumes != "anonymous" &&
      request.image_volumes != "tmpfs" && request.image_volumes != "ignore") {
    throw Error(Code::kInvalid, "invalid image volume mode \"" + request.image_volumes +
                                    "\" required value: bind, tmpfs, ignore");
  }
}

}  // namespace gantry::cli
