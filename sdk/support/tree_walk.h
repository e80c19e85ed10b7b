// SPDX-License-Identifier: Apache-2.0
//
// Goes through a tree of files, however deep, over a FolderStack. What is in a folder comes in
// the order of its names; links are not followed. One thread.
//
//   TreeWalk walk(open_file(top, O_RDONLY | O_DIRECTORY), top);
//   while (walk.next()) {
//     if (!walk.left() && is_folder(walk.folder(), walk.name())) {
//       (void)walk.enter();
//     }
//   }
#pragma once

#include <string>
#include <vector>

#include "sdk/support/folder_stack.h"

namespace gantry {

class TreeWalk {
 public:
  // root: a folder opened with O_RDONLY. shown names it in messages.
  TreeWalk(UniqueFd root, std::string shown);

  // On to the next name, or to the end of a folder that was entered; false at the end of all.
  [[nodiscard]] bool next();
  // This is the end of a folder: folder() is that one, path() its own.
  [[nodiscard]] bool left() const noexcept { return left_; }

  // The folder that holds the name; open until next().
  [[nodiscard]] int folder() const noexcept { return folders_.top(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }  // "a/b"
  [[nodiscard]] std::string shown() const { return shown_path(shown_ + "/" + path_); }

  // Goes into the folder of this name. False: it has gone meanwhile, or is no folder now.
  [[nodiscard]] bool enter();

 private:
  struct Level {
    std::vector<std::string> names;
    std::size_t next = 0;
    std::size_t path_size = 0;
  };

  std::string shown_;
  FolderStack folders_;
  std::vector<Level> levels_;
  std::string name_;
  std::string path_;
  bool left_ = false;
};

}  // namespace gantry
