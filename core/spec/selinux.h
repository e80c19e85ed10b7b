// SPDX-License-Identifier: Apache-2.0
//
// SELinux labels of a container: of its processes, and of the files that are its own. Taken
// from the policy's lxc_contexts(5), with two categories that hardly another container has.
// Pure but for the look for that file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::spec {

struct Labels {
  std::string process;  // both empty: none are set
  std::string mount;
};

// contexts: the text of lxc_contexts. options: those of --security-opt label=, such as
// "disable", "type:spc_t", "level:s0:c1,c2". id: the container's. kInvalid names an option
// that is none.
[[nodiscard]] Labels selinux_labels(std::string_view contexts,
                                    const std::vector<std::string>& options,
                                    const std::string& id);

// The options by which another container gets the same label (its processes share).
[[nodiscard]] std::vector<std::string> options_of_label(const std::string& process_label);

// The label of files that several containers may use: without categories. None of none.
[[nodiscard]] std::string shared_label(const std::string& mount_label);

// Where the loaded policy keeps it; nullopt when SELinux is off.
[[nodiscard]] std::optional<std::filesystem::path> find_selinux_contexts();

}  // namespace gantry::spec
