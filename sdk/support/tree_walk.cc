// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/tree_walk.h"

#include <cerrno>
#include <gantry/error.hpp>
#include <utility>

#include "sdk/support/errno_error.h"

namespace gantry {

TreeWalk::TreeWalk(UniqueFd root, std::string shown)
    : shown_(std::move(shown)), folders_(std::move(root)) {
  levels_.push_back({entry_names(folders_.top(), shown_), 0, 0});
}

bool TreeWalk::next() {
  if (left_) {
    left_ = false;
    folders_.leave();
    levels_.pop_back();
  }
  Level& level = levels_.back();
  path_.resize(level.path_size);
  if (level.next == level.names.size()) {
    left_ = levels_.size() > 1;
    return left_;
  }
  name_ = std::move(level.names[level.next++]);
  path_ += (path_.empty() ? "" : "/") + name_;
  return true;
}

bool TreeWalk::enter() {
  if (!folders_.enter(name_)) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
      return false;
    }
    throw errno_error(errno, "open folder " + shown());
  }
  try {
    levels_.push_back({entry_names(folders_.top(), shown_ + "/" + path_), 0, path_.size()});
  } catch (const Error& e) {
    if (e.code() != Code::kNotFound) {
      throw;
    }
    folders_.leave();
    return false;
  }
  return true;
}

}  // namespace gantry
