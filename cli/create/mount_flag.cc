// SPDX-License-Identifier: Apache-2.0
//
// --mount type=bind,source=…,target=…: every key of every type, in one table.
#include <algorithm>
#include <string_view>

#include "cli/create/create_request.h"
#include "cli/create/mount_paths.h"
#include "cli/values.h"
#include "core/model/ids.h"
#include "core/spec/mount_options.h"

namespace gantry::cli {
namespace {

using model::Mount;
using model::MountKind;

// A set of types.
constexpr unsigned bit(MountKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned kBind = bit(MountKind::kBind);
constexpr unsigned kVolume = bit(MountKind::kVolume);
constexpr unsigned kTmpfs = bit(MountKind::kTmpfs);
constexpr unsigned kImage = bit(MountKind::kImage);
constexpr unsigned kDevpts = bit(MountKind::kDevpts);
constexpr unsigned kAny = kBind | kVolume | kTmpfs | kImage | kDevpts;

// key=value as it was written; a key alone has no value.
struct Word {
  std::string key;
  std::string value;
  bool has_value = false;

  [[nodiscard]] bool yes() const {
    const auto flag = has_value ? parse_bool(value) : std::optional(true);
    if (!flag) {
      throw Error(Code::kInvalid,
                  "invalid value for mount option " + key + ": \"" + value + "\"");
    }
    return *flag;
  }
};

void add(Mount& mount, std::string option) { mount.options.push_back(std::move(option)); }

void set_propagation(const Word& word, Mount& mount) {
  if (!spec::is_propagation(word.value)) {
    throw Error(Code::kInvalid, "invalid value for bind-propagation: \"" + word.value +
                                    "\": invalid mount option");
  }
  add(mount, word.value);
}

void set_label(const Word& word, Mount& mount) {
  if (word.value != "shared" && word.value != "private") {
    throw Error(Code::kInvalid,
                "relabel option must be 'private' or 'shared': invalid mount option");
  }
  add(mount, word.value == "shared" ? "z" : "Z");
}

// "idmap", "idmap=true" or "idmap=uids=…;gids=…".
void set_idmap(const Word& word, Mount& mount) {
  const auto flag = word.has_value ? parse_bool(word.value) : std::optional(true);
  if (!flag) {
    add(mount, "idmap=" + word.value);
  } else if (*flag) {
    add(mount, "idmap");
  }
}

void add_flag(const Word& word, Mount& mount) {
  if (word.yes()) {
    add(mount, word.key);
  }
}

struct Key {
  std::string_view names;
  unsigned types;
  void (*apply)(const Word& word, Mount& mount);
};

constexpr Key kKeys[] = {
    {"src source", kBind | kVolume | kImage,
     [](const Word& word, Mount& mount) { mount.source = word.value; }},
    {"dst destination target", kAny,
     [](const Word& word, Mount& mount) { mount.destination = word.value; }},
    {"consistency", kAny, [](const Word&, Mount&) {}},  // docker's, of no meaning on Linux
    {"ro readonly", kBind | kVolume | kTmpfs | kImage,
     [](const Word& word, Mount& mount) { add(mount, word.yes() ? "ro" : "rw"); }},
    {"rw readwrite", kBind | kVolume | kTmpfs | kImage,
     [](const Word& word, Mount& mount) { add(mount, word.yes() ? "rw" : "ro"); }},
    {"nosuid suid nodev dev noexec exec", kBind | kVolume | kTmpfs | kImage, add_flag},
    {"U chown", kBind | kVolume | kTmpfs,
     [](const Word& word, Mount& mount) { mount.chown = word.yes(); }},
    {"idmap", kBind | kVolume, set_idmap},
    {"subpath volume-subpath", kBind | kVolume | kImage,
     [](const Word& word, Mount& mount) { mount.sub_path = word.value; }},
    {"volume-nocopy", kVolume,
     [](const Word& word, Mount& mount) { mount.no_copy = word.yes(); }},
    {"bind-propagation", kBind, set_propagation},
    {"bind-nonrecursive", kBind,
     [](const Word& word, Mount& mount) {
       if (word.yes()) {
         add(mount, "bind");
       }
     }},
    {"private rprivate shared rshared slave rslave unbindable runbindable", kBind, add_flag},
    {"relabel", kBind, set_label},
    {"z Z", kBind | kVolume, add_flag},
    {"tmpfs-size", kTmpfs,
     [](const Word& word, Mount& mount) { add(mount, "size=" + word.value); }},
    {"tmpfs-mode", kTmpfs,
     [](const Word& word, Mount& mount) { add(mount, "mode=" + word.value); }},
    {"tmpcopyup notmpcopyup", kTmpfs, add_flag},
    {"uid gid mode max", kDevpts,
     [](const Word& word, Mount& mount) { add(mount, word.key + "=" + word.value); }},
};

bool names(const Key& key, std::string_view word) {
  const std::vector<std::string> all = split(key.names, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

void apply(const Word& word, Mount& mount) {
  const auto* const key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& one) {
    return (one.types & bit(mount.kind)) != 0 && names(one, word.key);
  });
  if (key == std::end(kKeys)) {
    throw Error(Code::kInvalid, word.key + ": invalid mount option");
  }
  key->apply(word, mount);
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

void check_source(const std::string& text, const HostFacts& host, Mount& mount) {
  const bool missing = mount.source.empty();
  switch (mount.kind) {
    case MountKind::kBind:
      // Without a source it is the same place on the host.
      mount.source = host_path(missing ? mount.destination : mount.source, host);
      break;
    case MountKind::kVolume:
      mount.anonymous = missing;
      if (!missing) {
        model::require_valid_name(mount.source);
      }
      break;
    case MountKind::kImage:
      if (missing) {
        throw Error(Code::kInvalid,
                    "must set source and destination for image volume in "
                    "--mount \"" +
                        text + "\"");
      }
      break;
    case MountKind::kTmpfs:
    case MountKind::kDevpts:
      break;
  }
}

}  // namespace

Mount parse_mount(const std::string& text, const HostFacts& host) {
  const auto fields = split_csv(text);
  if (!fields) {
    throw Error(Code::kInvalid, "invalid --mount \"" + text + "\": a stray double quote");
  }
  if (text.find('=') == std::string::npos) {
    throw Error(Code::kInvalid,
                "incorrect mount format: should be --mount type=<bind|tmpfs|volume>,"
                "[src=<host-dir|volume-name>,]target=<ctr-dir>[,options]");
  }
  Mount mount;
  mount.kind = MountKind::kVolume;
  std::vector<Word> words;
  for (const std::string& field : *fields) {
    const auto pair = cut(field, '=');
    if (pair && pair->first == "type") {
      mount.kind = kind_named(pair->second);
    } else if (pair) {
      words.push_back({pair->first, pair->second, true});
    } else if (!field.empty()) {
      words.push_back({field, "", false});
    }
  }
  for (const Word& word : words) {
    apply(word, mount);
  }
  if (mount.destination.empty()) {
    throw Error(Code::kInvalid, "must set volume destination: --mount \"" + text + "\"");
  }
  mount.destination = clean_destination(mount.destination, text);
  check_source(text, host, mount);
  return mount;
}

}  // namespace gantry::cli
