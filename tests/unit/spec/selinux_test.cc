// SPDX-License-Identifier: Apache-2.0
#include "core/spec/selinux.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gantry/error.hpp>

namespace gantry::spec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kContexts =
    "# of containers\n"
    "process = \"system_u:system_r:container_t:s0\"\n"
    "content = \"system_u:object_r:virt_var_lib_t:s0\"\n"
    "file = \"system_u:object_r:container_file_t:s0\"\n";
// 0x00500a: the categories 10 and 20.
const std::string kId = "00500a" + std::string(58, '0');

TEST(Selinux, LabelsHaveTwoCategories) {
  const Labels labels = selinux_labels(kContexts, {}, kId);
  EXPECT_EQ(labels.process, "system_u:system_r:container_t:s0:c10,c20");
  EXPECT_EQ(labels.mount, "system_u:object_r:container_file_t:s0:c10,c20");
  EXPECT_EQ(selinux_labels(kContexts, {}, std::string(64, '0')).process,
            "system_u:system_r:container_t:s0:c0,c1");
}

TEST(Selinux, OptionsChangeParts) {
  const Labels labels = selinux_labels(
      kContexts, {"type:spc_t", "level:s0:c1,c2", "user:me", "role:mine", "filetype:my_file_t"},
      kId);
  EXPECT_EQ(labels.process, "me:mine:spc_t:s0:c1,c2");
  EXPECT_EQ(labels.mount, "me:object_r:my_file_t:s0:c1,c2");
  EXPECT_EQ(selinux_labels(kContexts, {"type:a", "disable"}, kId).process, "");
  for (const char* wrong : {"type", "type:", "colour:red"}) {
    try {
      (void)selinux_labels(kContexts, {wrong}, kId);
      ADD_FAILURE() << wrong;
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr("bad label option"));
    }
  }
}

TEST(Selinux, APolicyWithoutContainersOrLevels) {
  EXPECT_EQ(selinux_labels("", {}, kId).process, "");
  const Labels labels = selinux_labels("process=\"u:r:t\"\nfile='u:o:f'\n", {}, kId);
  EXPECT_EQ(labels.process, "u:r:t");
  EXPECT_EQ(labels.mount, "u:o:f");
}

TEST(Selinux, LabelsAreSharedAsAWholeOrWithoutCategories) {
  EXPECT_THAT(options_of_label("u:r:t:s0:c1,c2"),
              ElementsAre("user:u", "role:r", "type:t", "level:s0:c1,c2"));
  EXPECT_THAT(options_of_label(""), ElementsAre("disable"));
  EXPECT_EQ(shared_label("system_u:object_r:container_file_t:s0:c10,c20"),
            "system_u:object_r:container_file_t:s0");
  EXPECT_EQ(shared_label(""), "");
}

}  // namespace
}  // namespace gantry::spec
