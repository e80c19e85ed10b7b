// SPDX-License-Identifier: Apache-2.0
#include "core/host/discovery.h"

#include <gantry/error.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "core/host/handshake.h"
#include "sdk/support/errno_error.h"

namespace gantry::host {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "gantry-";
constexpr std::string_view kSuffix = ".so";

bool is_word(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 64 && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || c == '.' || c == '_' || c == '-'; });
}

void append_list(std::vector<fs::path>& to, std::string_view list) {
  while (!list.empty()) {
    const std::size_t colon = std::min(list.find(':'), list.size());
    if (colon > 0) {
      to.emplace_back(list.substr(0, colon));
    }
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
}

std::string joined(const std::vector<fs::path>& directories) {
  std::string text;
  for (const fs::path& directory : directories) {
    text += (text.empty() ? "" : ", ") + directory.string();
  }
  return text.empty() ? "no folder at all" : text;
}

}  // namespace

std::vector<fs::path> search_path(const SearchPathInput& input) {
  std::vector<fs::path> directories = input.plugin_dirs;
  if (input.environment && !input.environment->empty()) {
    if (!input.root) {
      append_list(directories, *input.environment);
    } else if (input.warn) {
      input.warn(
          "ignoring GANTRY_PLUGIN_PATH: root does not load plug-ins that the environment "
          "names; use --plugin-dir or plugin_dirs in gantry.conf");
    }
  }
  directories.insert(directories.end(), input.configured.begin(), input.configured.end());
  directories.emplace_back("/usr/local/lib/gantry/plugins/1");
  if (!input.library_dir.empty()) {
    directories.push_back(input.library_dir / "gantry/plugins/1");
  }
  std::vector<fs::path> unique;
  for (fs::path& directory : directories) {
    if (std::find(unique.begin(), unique.end(), directory) == unique.end()) {
      unique.push_back(std::move(directory));
    }
  }
  return unique;
}

std::string plugin_file_name(std::string_view kind, std::string_view name) {
  (void)kind_named(kind);
  if (!is_word(name)) {
    throw Error(Code::kInvalid, "invalid plug-in name \"" + std::string(name) +
                                    "\": letters, digits, '.', '_' and '-' only");
  }
  return std::string(kPrefix) + std::string(kind) + "-" + std::string(name) +
         std::string(kSuffix);
}

std::optional<PluginId> parse_file_name(std::string_view file_name) {
  if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix) ||
      file_name.size() < kPrefix.size() + kSuffix.size()) {
    return std::nullopt;
  }
  file_name.remove_prefix(kPrefix.size());
  file_name.remove_suffix(kSuffix.size());
  const std::size_t dash = file_name.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view kind = file_name.substr(0, dash);
  const std::string_view name = file_name.substr(dash + 1);
  if (find_kind(kind) == nullptr || !is_word(name)) {
    return std::nullopt;
  }
  return PluginId{std::string(kind), std::string(name)};
}

fs::path find_plugin(const std::vector<fs::path>& directories, std::string_view kind,
                     std::string_view name) {
  const std::string file_name = plugin_file_name(kind, name);
  for (const fs::path& directory : directories) {
    fs::path path = directory / file_name;
    struct stat st {};
    if (::lstat(path.c_str(), &st) == 0) {
      return path;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
      throw errno_error(errno, "look for plug-in " + path.string());
    }
  }
  throw Error(Code::kNotFound, "no plug-in " + file_name + " in " + joined(directories) +
                                   "; install it, or name its folder with --plugin-dir");
}

PluginFile examine(const fs::path& path) {
  PluginFile file;
  file.path = path;
  if (const auto id = parse_file_name(path.filename().string())) {
    file.id = *id;
  }
  try {
    file.facts = check_file(path).facts;
  } catch (const Error& e) {
    file.problem = e.what();
  }
  return file;
}

std::vector<PluginFile> list_plugins(const std::vector<fs::path>& directories) {
  std::map<PluginId, fs::path> found;
  for (const fs::path& directory : directories) {
    std::error_code failure;
    for (fs::directory_iterator it(directory, failure), end; !failure && it != end;
         it.increment(failure)) {
      if (const auto id = parse_file_name(it->path().filename().string())) {
        found.emplace(*id, it->path());
      }
    }
    if (failure && failure != std::errc::no_such_file_or_directory &&
        failure != std::errc::not_a_directory) {
      throw errno_error(failure.value(), "list plug-ins in " + directory.string());
    }
  }
  std::vector<PluginFile> files;
  files.reserve(found.size());
  for (const auto& [id, path] : found) {
    files.push_back(examine(path));
  }
  return files;
}

}  // namespace gantry::host
