// SPDX-License-Identifier: Apache-2.0
//
// Files and folders. Every descriptor is close-on-exec; every failure is an Error that
// names the path.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/support/unique_fd.h"

namespace gantry {

// open(2) with O_CLOEXEC.
[[nodiscard]] UniqueFd open_file(const std::filesystem::path& path, int flags, mode_t mode = 0);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
// nullopt when the file does not exist, or stands for a process (in /proc) that has ended.
[[nodiscard]] std::optional<std::string> read_file_if_exists(const std::filesystem::path& path);
// From the descriptor's position to the end.
[[nodiscard]] std::string read_all(int fd, const std::string& what);
void write_all(int fd, std::string_view text, const std::string& what);

// A name in path's folder for what is to be renamed to path: "path.tmp." and a suffix, which
// is another one each time.
[[nodiscard]] std::string temporary_name(const std::filesystem::path& path);
// A new file of such a name.
struct TemporaryFile {
  UniqueFd fd;
  std::string path;
};
[[nodiscard]] TemporaryFile make_temporary_beside(const std::filesystem::path& path,
                                                  mode_t mode);

enum class Sync { kNone, kFile };
// Replaces the file by rename: a reader sees the old or the new content, whole.
// With Sync::kFile data and folder are synced before it returns.
void write_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0644,
                Sync sync = Sync::kNone);
void sync_directory(const std::filesystem::path& path);

// mkdir -p with this mode for the folders that were missing.
void make_directories(const std::filesystem::path& path, mode_t mode = 0755);

// Removes a tree, however deep, without following links or going into mounts (kBusy); gone
// counts as done, also when another process removes it at the same time. What cannot be
// removed may end in another folder of the tree.
void remove_tree(const std::filesystem::path& path);
// The same for what is in a folder, which stays.
void empty_folder(const std::filesystem::path& path);

// Removes one file; gone counts as done.
void remove_file(const std::filesystem::path& path);

[[nodiscard]] bool exists(const std::filesystem::path& path);

// Opens path as seen from inside root: absolute links and ".." end at root
// (openat2(2), RESOLVE_IN_ROOT). kNotFound when it does not exist.
[[nodiscard]] UniqueFd open_in_root(int root_fd, const std::string& path, int flags,
                                    mode_t mode = 0);

// The text of a regular file below root that a stranger may have made: what is anything else
// (a device, a fifo) is not even opened, and counts as missing. nullopt when it is missing;
// kInvalid when it is larger than limit.
[[nodiscard]] std::optional<std::string> read_regular_in_root(
    int root_fd, const std::string& path, std::size_t limit = std::size_t{16} << 20U);

// The path /proc/self/fd/N that stands for a descriptor.
[[nodiscard]] std::string fd_path(int fd);

// A new folder from a template path ending in XXXXXX.
[[nodiscard]] std::filesystem::path make_temp_directory(const std::filesystem::path& prefix);

// A program found in PATH, or in the usual system folders beyond it; nullopt if nowhere.
// A name with a slash is taken as it is.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

}  // namespace gantry
