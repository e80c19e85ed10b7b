// SPDX-License-Identifier: Apache-2.0
//
// Trees deeper than paths may be long, and few descriptors to go through them.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>

#include "sdk/support/files.h"
#include "tests/unit/support/temp_folder.h"

namespace gantry {

// In memory, where there is such a folder: some disks take seconds for thousands of folders.
class DeepTree : public TempFolder {
 public:
  DeepTree()
      : TempFolder(exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path()) {}
};

// top/d/d/d/..., with a file f in the deepest.
inline void make_deep_tree(const std::string& top, int depth) {
  UniqueFd folder = open_file(top, O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < depth; ++i) {
    ASSERT_EQ(::mkdirat(folder.get(), "d", 0755), 0);
    folder.reset(::openat(folder.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(folder);
  }
  const UniqueFd file(::openat(folder.get(), "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  ASSERT_TRUE(file);
}

// What make_deep_tree puts at the bottom, as long as paths reach so far.
inline std::filesystem::path bottom_of(const std::filesystem::path& top, int depth) {
  std::string path = top;
  for (int i = 0; i < depth; ++i) {
    path += "/d";
  }
  return path + "/f";
}

class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t limit) {
    (void)::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{limit, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { (void)::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace gantry
