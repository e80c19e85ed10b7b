// SPDX-License-Identifier: Apache-2.0
//
// Where plug-ins are looked for. (kind, name) stands for exactly one file name,
// gantry-<kind>-<name>.so, in an ordered list of folders; the first hit wins, and if that
// one is broken it is an error, not a reason to look further. Any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/kinds.h"

namespace gantry::host {

struct SearchPathInput {
  std::vector<std::filesystem::path> plugin_dirs;  // --plugin-dir
  std::optional<std::string> environment;          // GANTRY_PLUGIN_PATH, a:b:c
  std::vector<std::filesystem::path> configured;
  std::filesystem::path library_dir;  // <libdir>; gantry/plugins/1 is appended
  bool root = false;                  // root does not take folders from the environment
  std::function<void(const std::string& warning)> warn;
};

[[nodiscard]] std::vector<std::filesystem::path> search_path(const SearchPathInput& input);

// "gantry-<kind>-<name>.so"; kInvalid when either is not a plain word.
[[nodiscard]] std::string plugin_file_name(std::string_view kind, std::string_view name);

// kind and name from such a file name; nullopt for any other.
struct PluginId {
  std::string kind;
  std::string name;
  friend auto operator<=>(const PluginId&, const PluginId&) = default;
};
[[nodiscard]] std::optional<PluginId> parse_file_name(std::string_view file_name);

// The first folder's file, broken or not; kNotFound names the folders.
[[nodiscard]] std::filesystem::path find_plugin(
    const std::vector<std::filesystem::path>& directories, std::string_view kind,
    std::string_view name);

// A plug-in as it can be told without loading it.
struct PluginFile {
  PluginId id;
  std::filesystem::path path;
  PluginFacts facts;    // from the note; empty when there is a problem
  std::string problem;  // why it would be refused; empty: it would be tried
};

// Trust, note, and that the two agree with the file's name and this host's versions.
[[nodiscard]] PluginFile examine(const std::filesystem::path& path);

// All plug-ins in the folders, by kind and name; hidden ones left out.
[[nodiscard]] std::vector<PluginFile> list_plugins(
    const std::vector<std::filesystem::path>& directories);

}  // namespace gantry::host
