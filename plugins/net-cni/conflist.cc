// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/conflist.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "plugins/net-cni/names.h"
#include "sdk/support/files.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

const std::array<const char*, 6> kVersions{"0.2.0", "0.3.0", "0.3.1",
                                           "0.4.0", "1.0.0", "1.1.0"};

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw Error(Code::kInvalid, "CNI network file " + path.string() + ": " + why);
}

std::string text_member(const Json& object, const char* key, const fs::path& path) {
  const auto found = object.find(key);
  if (found == object.end()) {
    return {};
  }
  if (!found->is_string()) {
    refuse(path, std::string("\"") + key + "\" is not a string");
  }
  return found->get<std::string>();
}

Json wrap_single(const Json& conf) {
  Json list{{"plugins", Json::array({conf})}};
  for (const char* key : {"name", "cniVersion"}) {
    if (conf.contains(key)) {
      list[key] = conf[key];
    }
  }
  return list;
}

void check_plugins(const Conflist& list) {
  if (list.plugins.empty()) {
    refuse(list.path, "it lists no plugins");
  }
  for (const Json& plugin : list.plugins) {
    const std::string type = plugin.is_object() ? text_member(plugin, "type", list.path) : "";
    if (!is_name(type)) {
      refuse(list.path, "a plugin has no usable \"type\"");
    }
  }
}

// What the rest of the plug-in reads of gantry's own files without asking again.
void check_own(const Json& document, const fs::path& path) {
  const Json args = document.value("args", Json());
  const Json own = args.is_object() ? args.value("gantry", Json()) : Json();
  const auto is = [&](const char* key, Json::value_t type) {
    return own.is_object() && own.contains(key) && own[key].type() == type;
  };
  using Type = Json::value_t;
  if (!is("id", Type::string) || !is("created", Type::string) ||
      !is("internal", Type::boolean) || !is("ipv6", Type::boolean) ||
      !is("labels", Type::object) || !is("options", Type::object) ||
      !is("ipam", Type::string)) {
    refuse(path,
           "it was not written by gantry or was changed by hand; move it to a folder of "
           "config_dirs, or remove it");
  }
}

std::vector<fs::path> network_files(const fs::path& dir, const OnBadFile& on_bad) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string extension = entry->path().extension();
    if (extension == ".conflist" || extension == ".conf" || extension == ".json") {
      files.push_back(entry->path());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    on_bad("read folder " + dir.string() + ": " + error.message());
  }
  // Lists first: a plain .conf counts only when no list has its name.
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.extension() != ".conflist", a) <
           std::pair(b.extension() != ".conflist", b);
  });
  return files;
}

}  // namespace

bool version_at_least(const std::string& version, const std::string& least) {
  const auto parts = [](const std::string& text) {
    std::array<int, 3> p{};
    (void)std::sscanf(text.c_str(), "%d.%d.%d", p.data(), &p[1], &p[2]);
    return p;
  };
  return parts(version) >= parts(least);
}

Conflist parse_conflist(const std::string& text, const ConfigDir& dir, const fs::path& path) {
  Json document;
  try {
    document = parse_json(text, "CNI network file " + path.string());
  } catch (const Error& error) {
    throw Error(Code::kInvalid, error.what());
  }
  if (!document.is_object()) {
    refuse(path, "it is not a JSON object");
  }
  if (!document.contains("plugins")) {
    document = wrap_single(document);
  }
  Conflist list;
  list.path = path;
  list.own = dir.own;
  list.name = text_member(document, "name", path);
  list.cni_version = text_member(document, "cniVersion", path);
  if (list.cni_version.empty() || list.cni_version == "0.1.0") {
    list.cni_version = "0.2.0";
  }
  list.disable_check =
      document.contains("disableCheck") && document["disableCheck"] == Json(true);
  if (!is_name(list.name)) {
    refuse(path, "\"name\" is missing or not [a-zA-Z0-9][a-zA-Z0-9_.-]*");
  }
  if (std::find(kVersions.begin(), kVersions.end(), list.cni_version) == kVersions.end()) {
    refuse(path, "cniVersion " + list.cni_version +
                     " is not supported; use one of 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0");
  }
  if (!document["plugins"].is_array()) {
    refuse(path, "\"plugins\" is not a list");
  }
  list.plugins = document["plugins"].get<std::vector<Json>>();
  check_plugins(list);
  if (list.own) {
    check_own(document, path);
  }
  list.document = std::move(document);
  return list;
}

std::vector<Conflist> load_conflists(const std::vector<ConfigDir>& dirs,
                                     const OnBadFile& on_bad) {
  std::vector<Conflist> lists;
  std::set<std::string> names;
  for (const ConfigDir& dir : dirs) {
    for (const fs::path& path : network_files(dir.path, on_bad)) {
      try {
        const auto text = read_file_if_exists(path);
        if (!text) {
          continue;  // removed since the folder was read
        }
        Conflist list = parse_conflist(*text, dir, path);
        if (names.insert(list.name).second) {
          lists.push_back(std::move(list));
        }
      } catch (const Error& error) {
        on_bad(error.what());
      } catch (const std::exception& error) {
        on_bad("CNI network file " + path.string() + ": " + error.what());
      }
    }
  }
  return lists;
}

std::optional<Conflist> find_conflist(const std::vector<ConfigDir>& dirs,
                                      const std::string& name, const OnBadFile& on_bad) {
  for (const ConfigDir& dir : dirs) {
    if (dir.own) {
      // Named after the network, so that the cost does not grow with their number.
      const fs::path path = dir.path / (name + ".conflist");
      if (const auto text = read_file_if_exists(path)) {
        return parse_conflist(*text, dir, path);
      }
      continue;
    }
    for (Conflist& list : load_conflists({dir}, on_bad)) {
      if (list.name == name) {
        return std::move(list);
      }
    }
  }
  return std::nullopt;
}

}  // namespace gantry::net_cni
