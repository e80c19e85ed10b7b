// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "cli/create/create_request.h"
#include "cli/values.h"
#include "core/model/ids.h"

namespace gantry::cli {
namespace {

namespace fs = std::filesystem;
using model::Mount;
using model::MountKind;

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

// U and nocopy are gantry's own business, the rest is the mount's.
void add_option(const std::string& option, Mount& mount) {
  if (option == "U") {
    mount.chown = true;
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

MountKind kind_named(const std::string& type) {
  constexpr std::pair<const char*, MountKind> kKinds[] = {{"bind", MountKind::kBind},
                                                          {"volume", MountKind::kVolume},
                                                          {"tmpfs", MountKind::kTmpfs},
                                                          {"image", MountKind::kImage},
                                                          {"devpts", MountKind::kDevpts}};
  for (const auto& [name, kind] : kKinds) {
    if (type == name) {
      return kind;
    }
  }
  throw Error(Code::kInvalid, "invalid filesystem type \"" + type + "\"");
}

// One key=value of --mount.
void read_mount_key(const std::string& key, const std::string& value, bool has_value,
                    Mount& mount) {
  const auto yes = [&] {
    const auto flag = has_value ? parse_bool(value) : std::optional(true);
    if (!flag) {
      throw Error(Code::kInvalid,
                  "invalid value for mount option " + key + ": \"" + value + "\"");
    }
    return *flag;
  };
  if (key == "src" || key == "source") {
    mount.source = value;
  } else if (key == "dst" || key == "destination" || key == "target") {
    mount.destination = value;
  } else if (key == "ro" || key == "readonly") {
    mount.options.emplace_back(yes() ? "ro" : "rw");
  } else if (key == "rw") {
    mount.options.emplace_back(yes() ? "rw" : "ro");
  } else if (key == "bind-propagation") {
    mount.options.push_back(value);
  } else if (key == "bind-nonrecursive") {
    if (yes()) {
      mount.options.emplace_back("bind");
    }
  } else if (key == "U" || key == "chown") {
    mount.chown = yes();
  } else if (key == "volume-nocopy") {
    mount.no_copy = yes();
  } else if (key == "tmpfs-size") {
    mount.options.push_back("size=" + value);
  } else if (key == "tmpfs-mode") {
    mount.options.push_back("mode=" + value);
  } else if (key == "subpath" || key == "volume-subpath") {
    mount.sub_path = value;
  } else if (key == "relabel") {
    mount.options.emplace_back(value == "shared" ? "z" : "Z");
  } else if (key != "consistency") {  // docker's, of no meaning on Linux
    mount.options.push_back(has_value ? key + "=" + value : key);
  }
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

Mount parse_volume(const std::string& text, const HostFacts& host) {
  const std::vector<std::string> parts = split(text, ':');
  Mount mount;
  if (parts.size() > 3) {
    throw Error(Code::kInvalid, "incorrect volume format \"" + text +
                                    "\", should be [host-dir:]ctr-dir[:option]");
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
  return mount;
}

Mount parse_mount(const std::string& text, const HostFacts& host) {
  Mount mount;
  mount.kind = MountKind::kVolume;
  const auto fields = split_csv(text);
  if (!fields) {
    throw Error(Code::kInvalid, "invalid --mount \"" + text + "\": a stray double quote");
  }
  for (const std::string& field : *fields) {
    const auto pair = cut(field, '=');
    if (pair && pair->first == "type") {
      mount.kind = kind_named(pair->second);
    } else if (pair) {
      read_mount_key(pair->first, pair->second, true, mount);
    } else if (!field.empty()) {
      read_mount_key(field, "", false, mount);
    }
  }
  if (mount.destination.empty()) {
    throw Error(Code::kInvalid, "must set volume destination in --mount \"" + text + "\"");
  }
  mount.destination = clean_destination(mount.destination, text);
  if (mount.kind == MountKind::kBind) {
    if (mount.source.empty()) {
      throw Error(Code::kInvalid,
                  "must set the source of a bind mount in --mount \"" + text + "\"");
    }
    mount.source = host_path(mount.source, host);
  } else if (mount.kind == MountKind::kVolume) {
    mount.anonymous = mount.source.empty();
    if (!mount.anonymous) {
      model::require_valid_name(mount.source);
    }
  } else if (mount.kind == MountKind::kTmpfs && !mount.source.empty()) {
    throw Error(Code::kInvalid, "tmpfs mounts take no source in --mount \"" + text + "\"");
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
    throw Error(Code::kInvalid, "invalid image-volume type \"" + request.image_volumes +
                                    "\": pick one of bind, tmpfs, or ignore");
  }
}

}  // namespace gantry::cli
