// SPDX-License-Identifier: Apache-2.0
//
// CNI network configuration lists (CNI specification, section 1) as files in folders.
// Reading changes nothing; a file that cannot be used is told through on_bad and passed over,
// so that one broken file of the administrator does not take the others away.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::net_cni {

struct Conflist {
  std::string name;
  std::string cni_version;  // "0.2.0" when the file has none
  std::filesystem::path path;
  bool own = false;  // in gantry's folder; all others belong to the administrator
  bool disable_check = false;
  std::vector<Json> plugins;
  Json document;  // as read; of a .conf file, wrapped into a list
};

struct ConfigDir {
  std::filesystem::path path;
  bool own = false;
};

using OnBadFile = std::function<void(const std::string& message)>;

// kInvalid names the file and what is wrong with it.
[[nodiscard]] Conflist parse_conflist(const std::string& text, const ConfigDir& dir,
                                      const std::filesystem::path& path);

// All networks, those of earlier folders first, in a folder by file name; of two with one
// name the first counts.
[[nodiscard]] std::vector<Conflist> load_conflists(const std::vector<ConfigDir>& dirs,
                                                   const OnBadFile& on_bad);
[[nodiscard]] std::optional<Conflist> find_conflist(const std::vector<ConfigDir>& dirs,
                                                    const std::string& name,
                                                    const OnBadFile& on_bad);

// Whether version a.b.c is at least the other.
[[nodiscard]] bool version_at_least(const std::string& version, const std::string& least);

}  // namespace gantry::net_cni
