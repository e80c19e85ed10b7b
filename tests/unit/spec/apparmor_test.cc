// SPDX-License-Identifier: Apache-2.0
#include "core/spec/apparmor.h"

#include <gtest/gtest.h>
#include <gantry/error.hpp>

#include <cstdlib>

#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry::spec {
namespace {

// A parser of its own in PATH: the test's host need not have AppArmor.
class AppArmor : public testing::Test {
 protected:
  AppArmor() {
    write_file(folder_ / "apparmor_parser",
               "#!/bin/sh\n"
               "grep -q broken \"$2\" && { echo 'syntax error' >&2; exit 1; }\n"
               "case $1 in\n"
               "  --names) sed -n 's/^profile //p' \"$2\" ;;\n"
               "  --replace) echo \"$2\" >> " +
                   (folder_ / "loaded").string() + " ;;\nesac\n",
               0755);
    (void)::setenv("PATH", (folder_.string() + ":" + before_).c_str(), 1);
  }
  ~AppArmor() override {
    (void)::setenv("PATH", before_.c_str(), 1);
    remove_tree(folder_);
  }
  std::filesystem::path profile(const std::string& text) {
    write_file(folder_ / "profile", text);
    return folder_ / "profile";
  }

  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-apparmor-XXXXXX");
  std::string before_ = std::getenv("PATH");
};

TEST_F(AppArmor, ProfileIsLoadedAndNamed) {
  EXPECT_EQ(load_profile(profile("profile boxed\nprofile other\n")), "boxed");
  EXPECT_EQ(read_file(folder_ / "loaded"), (folder_ / "profile").string() + "\n");
}

TEST_F(AppArmor, WhatIsWrongIsTold) {
  const auto failure = [](const std::filesystem::path& file) -> std::string {
    try {
      (void)load_profile(file);
    } catch (const Error& e) {
      return e.what();
    }
    return {};
  };
  EXPECT_NE(failure(folder_ / "none").find("no such file"), std::string::npos);
  EXPECT_NE(failure(profile("broken")).find("profile: syntax error"), std::string::npos);
  EXPECT_NE(failure(profile("")).find("holds no profile"), std::string::npos);
  EXPECT_FALSE(gantry::exists(folder_ / "loaded"));
  remove_file(folder_ / "apparmor_parser");
  (void)::setenv("PATH", folder_.c_str(), 1);
  if (!find_program("apparmor_parser")) {
    EXPECT_NE(failure(profile("profile x\n")).find("is not installed"), std::string::npos);
  }
}

TEST(AppArmorProfile, ByNameOrByFile) {
  EXPECT_TRUE(is_profile_file("/etc/profile"));
  EXPECT_FALSE(is_profile_file("container-default"));
  EXPECT_FALSE(is_profile_file("unconfined"));
}

}  // namespace
}  // namespace gantry::spec
