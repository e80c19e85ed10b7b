// SPDX-License-Identifier: Apache-2.0
//
// Puts the entries of an archive in their places; behind unpack().
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "core/tree/unpack.h"
#include "sdk/support/archive_api.h"
#include "sdk/support/unique_fd.h"

namespace gantry::tree {

class TreeReader {
 public:
  TreeReader(int in, int root, std::string folder, const UnpackOptions& options,
             std::string shown);
  void run();

 private:
  // An entry's place: its folder, held open, and its name in there.
  struct Place {
    UniqueFd folder;
    std::string leaf;
    std::string name;  // whole, for messages
  };
  // By name, not by descriptor: an archive may hold more folders than a process may open.
  struct LateTime {
    std::string name;
    dev_t device;
    ino_t inode;
    timespec mtime;
  };

  [[nodiscard]] Place place_of(const std::string& clean);
  [[nodiscard]] UniqueFd open_folder(const std::string& clean);
  void put(archive_entry* entry);
  void put_folder(archive_entry* entry, const Place& place);
  void set_time(const LateTime& late) const;
  void put_file(archive_entry* entry, const Place& place);
  void put_link(archive_entry* entry, const Place& place);
  void put_special(archive_entry* entry, const Place& place);
  // False: there is a file that cannot be removed, only written to (a mount point).
  [[nodiscard]] bool make_room(const Place& place);
  void write_content(int fd, const Place& place);
  // On the host.
  [[nodiscard]] Owner owner_of(archive_entry* entry, const std::string& name) const;
  [[nodiscard]] bool changes_owner(archive_entry* entry) const;
  // Owner, mode and attributes.
  void dress(int fd, archive_entry* entry, const Place& place);

  const ArchiveApi& api_;
  int root_;
  std::string folder_;
  UnpackOptions options_;
  std::string shown_;
  ArchiveReader reader_;
  std::vector<LateTime> folder_times_;  // set at the end: content changes them
};

}  // namespace gantry::tree
