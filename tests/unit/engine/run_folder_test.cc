// SPDX-License-Identifier: Apache-2.0
#include "core/engine/run_folder.h"

#include <gtest/gtest.h>

#include "tests/unit/support/temp_folder.h"

namespace gantry::engine {
namespace {

class RunFolder : public TempFolder {
 protected:
  void open(const std::string& boot) { forget_other_boots(layout_, boot, usual_wait({})); }
  // As a plug-in does.
  void keep() {
    make_directories(kept_.parent_path());
    write_file(kept_, "mounted");
  }

  layout::Layout layout_{folder / "data", folder};
  const std::filesystem::path kept_ = folder / "plugins/storage-overlay/mounts/1";
};

TEST_F(RunFolder, KeepsWhatPluginsHaveOfThisBoot) {
  open("one");
  keep();
  open("one");
  EXPECT_TRUE(gantry::exists(kept_));
}

TEST_F(RunFolder, ForgetsWhatPluginsHaveOfAnotherBoot) {
  open("one");
  keep();
  make_directories(layout_.exits());
  write_file(layout_.exit_file("id"), "0");
  open("two");
  EXPECT_FALSE(gantry::exists(kept_));
  EXPECT_TRUE(gantry::exists(layout_.exit_file("id")));
  keep();
  open("two");
  EXPECT_TRUE(gantry::exists(kept_));
  open("one");
  EXPECT_FALSE(gantry::exists(kept_));
}

// Containers may run on it: what is stale is tolerated, what is lost is not.
TEST_F(RunFolder, KeepsWhatDoesNotTellItsBoot) {
  keep();
  open("one");
  EXPECT_TRUE(gantry::exists(kept_));
}

}  // namespace
}  // namespace gantry::engine
