// SPDX-License-Identifier: Apache-2.0
//
// The folders from a root down to the one that a walk has come to. However deep that is,
// only the root and the last few are open: a container can make a tree deeper than a process
// may have descriptors, or than a path may be long. Follows no links. One thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry {

class FolderStack {
 public:
  // root: a folder opened with O_RDONLY.
  explicit FolderStack(UniqueFd root);

  // Open until the walk has gone a few folders further.
  [[nodiscard]] int top() const noexcept { return levels_.back().fd.get(); }
  [[nodiscard]] std::size_t depth() const noexcept { return levels_.size() - 1; }

  // Goes into a folder of the top one. False, with errno set, when it cannot be opened.
  [[nodiscard]] bool enter(const std::string& name);
  // Goes back up. kBusy when somebody has moved the folders meanwhile.
  // REQUIRES: depth() > 0.
  void leave();

 private:
  struct Level {
    std::string name;
    UniqueFd fd;
    dev_t device = 0;  // of one that was closed
    ino_t inode = 0;
  };
  void close_far_one();
  [[nodiscard]] UniqueFd reopen(int child) const;

  std::vector<Level> levels_;
};

// The names in an open folder, sorted by their bytes. what is for the message.
[[nodiscard]] std::vector<std::string> entry_names(int folder, const std::string& what);

// A path for a message: of a very long one, its end.
[[nodiscard]] std::string shown_path(const std::string& path);

}  // namespace gantry
