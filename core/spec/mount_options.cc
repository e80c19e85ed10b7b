// SPDX-License-Identifier: Apache-2.0
#include "core/spec/mount_options.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace gantry::spec {

namespace {

template <std::size_t kSize>
bool is_one_of(const std::string& word, const std::string_view (&words)[kSize]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

constexpr std::string_view kPropagation[] = {
    "shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"};
// Settled by the engine before the runtime sees the mount.
constexpr std::string_view kOwn[] = {"z", "Z", "U", "copy", "nocopy", "notmpcopyup"};
constexpr std::string_view kFlags[] = {
    "rw",          "ro",          "rro",        "suid",        "nosuid",
    "dev",         "nodev",       "exec",       "noexec",      "sync",
    "async",       "dirsync",     "mand",       "nomand",      "atime",
    "noatime",     "diratime",    "nodiratime", "relatime",    "norelatime",
    "strictatime", "lazytime",    "silent",     "loud",        "nostrictatime",
    "iversion",    "noiversion",  "remount",    "nosymfollow", "symfollow",
    "defaults",    "newinstance", "tmpcopyup"};
constexpr std::string_view kTmpfsValues[] = {
    "size=",      "mode=", "uid=",  "gid=",      "nr_inodes=",
    "nr_blocks=", "mpol=", "huge=", "ptmxmode=", "max="};

// Done by a mount of the engine's own; the runtime need not know.
bool is_idmap(const std::string& option) {
  return option == "idmap" || option.starts_with("idmap=");
}

bool is_known(const ResolvedMount& mount, const std::string& option) {
  if (is_one_of(option, kFlags) || is_one_of(option, kOwn) || is_propagation(option)) {
    return true;
  }
  if (mount.type == "bind") {
    return option == "bind" || option == "rbind" || is_idmap(option);
  }
  return std::any_of(std::begin(kTmpfsValues), std::end(kTmpfsValues),
                     [&](std::string_view prefix) { return option.starts_with(prefix); });
}

bool has(const std::vector<std::string>& options, std::initializer_list<const char*> any_of) {
  return std::any_of(any_of.begin(), any_of.end(), [&](const char* word) {
    return std::find(options.begin(), options.end(), word) != options.end();
  });
}

void require_consistent(const ResolvedMount& mount) {
  const std::string where = "mount at " + mount.destination + ": ";
  for (const std::string& option : mount.options) {
    if (!is_known(mount, option)) {
      throw Error(Code::kInvalid,
                  where + "unknown mount option \"" + option + "\": invalid mount option");
    }
  }
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"ro", "rw"}, {"suid", "nosuid"}, {"dev", "nodev"}, {"exec", "noexec"}, {"z", "Z"}};
  for (const auto& [one, other] : kPairs) {
    if (has(mount.options, {one}) && has(mount.options, {other})) {
      throw Error(Code::kInvalid, where + "only one of '" + one + "' and '" + other +
                                      "' can be used: invalid mount option");
    }
  }
}

// What is not given is as on the container's own /dev/pts.
std::vector<std::string> devpts_options(std::vector<std::string> options) {
  for (const std::string_view option :
       {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}) {
    const std::string_view name = option.substr(0, option.find('=') + 1);
    const bool given = std::any_of(options.begin(), options.end(), [&](const auto& one) {
      return name.empty() ? one == option : one.starts_with(name);
    });
    if (!given) {
      options.emplace_back(option);
    }
  }
  return options;
}

}  // namespace

bool is_propagation(const std::string& option) { return is_one_of(option, kPropagation); }

ResolvedMount described(const model::Mount& mount) {
  ResolvedMount described;
  described.destination = mount.destination;
  described.options = mount.options;
  described.volume = mount.kind == model::MountKind::kVolume;
  if (mount.kind == model::MountKind::kTmpfs || mount.kind == model::MountKind::kDevpts) {
    described.type = mount.kind == model::MountKind::kTmpfs ? "tmpfs" : "devpts";
    described.source = described.type;
  }
  if (mount.kind == model::MountKind::kImage && !has(mount.options, {"rw"})) {
    described.options.emplace_back("ro");
  }
  return described;
}

std::vector<std::string> runtime_options(const ResolvedMount& mount) {
  require_consistent(mount);
  std::vector<std::string> options;
  std::copy_if(mount.options.begin(), mount.options.end(), std::back_inserter(options),
               [](const std::string& option) {
                 return !is_one_of(option, kOwn) && option != "defaults" && !is_idmap(option);
               });
  if (mount.type == "devpts") {
    return devpts_options(std::move(options));
  }
  const bool tmpfs = mount.type == "tmpfs";
  if (!has(options, {"ro", "rw", "rro"})) {
    options.emplace_back("rw");
  }
  if (std::none_of(options.begin(), options.end(), is_propagation)) {
    options.emplace_back("rprivate");
  }
  if (tmpfs || mount.volume) {
    if (!has(options, {"suid", "nosuid"})) {
      options.emplace_back("nosuid");
    }
    if (!has(options, {"dev", "nodev"})) {
      options.emplace_back("nodev");
    }
  }
  if (tmpfs && !has(mount.options, {"tmpcopyup", "notmpcopyup"})) {
    options.emplace_back("tmpcopyup");
  }
  if (mount.type == "bind" && !has(options, {"bind", "rbind"})) {
    options.emplace_back("rbind");
  }
  return options;
}

}  // namespace gantry::spec
