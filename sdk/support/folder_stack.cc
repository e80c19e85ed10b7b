// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/folder_stack.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <gantry/error.hpp>
#include <memory>
#include <utility>

#include "sdk/support/errno_error.h"

namespace gantry {

namespace {

constexpr std::size_t kOpen = 32;
constexpr std::size_t kShown = 200;
constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

FolderStack::FolderStack(UniqueFd root) { levels_.push_back({"", std::move(root)}); }

bool FolderStack::enter(const std::string& name) {
  UniqueFd fd(::openat(top(), name.c_str(), kFlags));
  if (!fd) {
    return false;
  }
  levels_.push_back({name, std::move(fd)});
  if (levels_.size() > kOpen + 1) {
    close_far_one();
  }
  return true;
}

// Never the root, from which the others are found again.
void FolderStack::close_far_one() {
  Level& level = levels_[levels_.size() - 1 - kOpen];
  struct stat st {};
  if (&level == &levels_.front() || !level.fd || ::fstat(level.fd.get(), &st) != 0) {
    return;
  }
  level.device = st.st_dev;
  level.inode = st.st_ino;
  level.fd.reset();
}

void FolderStack::leave() {
  const Level child = std::move(levels_.back());
  levels_.pop_back();
  if (!levels_.back().fd) {
    levels_.back().fd = reopen(child.fd.get());
  }
}

UniqueFd FolderStack::reopen(int child) const {
  const Level& wanted = levels_.back();
  UniqueFd fd(::openat(child, "..", kFlags));
  struct stat st {};
  if (fd && ::fstat(fd.get(), &st) == 0 && st.st_dev == wanted.device &&
      st.st_ino == wanted.inode) {
    return fd;
  }
  // The child is somewhere else by now. The way down from the root tells where we were.
  int folder = levels_.front().fd.get();
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    UniqueFd next(::openat(folder, levels_[i].name.c_str(), kFlags));
    if (!next) {
      throw Error(Code::kBusy, "folder \"" + shown_path(levels_[i].name) +
                                   "\" was moved while the files in it were being read: "
                                   "try again");
    }
    fd = std::move(next);
    folder = fd.get();
  }
  return fd;
}

std::vector<std::string> entry_names(int folder, const std::string& what) {
  UniqueFd again(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(again ? ::fdopendir(again.get()) : nullptr,
                                                ::closedir);
  if (!dir) {
    throw errno_error(errno, "read folder " + shown_path(what));
  }
  (void)again.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(dir.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(std::move(name));
    }
  }
  if (errno != 0) {
    throw errno_error(errno, "read folder " + shown_path(what));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string shown_path(const std::string& path) {
  if (path.size() <= kShown) {
    return path;
  }
  const std::size_t cut = path.size() - kShown;
  const std::size_t slash = path.find('/', cut);
  return "..." + path.substr(slash == std::string::npos ? cut : slash);
}

}  // namespace gantry
