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

// One run folder, and data folders with stores of their own.
class RunOwner : public RunFolder {
 protected:
  layout::Layout data(const std::string& name) {
    layout::Layout layout = layout_;
    layout.data = folder / name;
    make_directories(layout.data);
    return layout;
  }
  void begin(const layout::Layout& layout, const std::string& store) {
    const DataMark mark{"leveldb", store};
    (void)require_own_run(layout, read_mark(layout));
    write_mark(layout, mark);
    claim_run(layout, usual_wait({}));
  }
};

TEST_F(RunOwner, IsTheFirst) {
  begin(data("one"), "1");
  EXPECT_TRUE(require_own_run(data("one"), DataMark{"leveldb", "1"}));
  for (const auto& mark :
       {std::optional<DataMark>(), std::optional(DataMark{"leveldb", "2"})}) {
    try {
      (void)require_own_run(data("two"), mark);
      ADD_FAILURE() << "no error";
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kInvalid);
      EXPECT_NE(
          std::string(e.what()).find("is that of the data in " + (folder / "one").string()),
          std::string::npos);
    }
  }
}

TEST_F(RunOwner, MovesWithItsData) {
  begin(data("one"), "1");
  std::filesystem::rename(folder / "one", folder / "moved");
  EXPECT_FALSE(require_own_run(data("moved"), read_mark(data("moved"))));
  claim_run(data("moved"), usual_wait({}));
  EXPECT_TRUE(require_own_run(data("moved"), read_mark(data("moved"))));
}

// The mark is copied, too.
TEST_F(RunOwner, IsNotOfACopy) {
  begin(data("one"), "1");
  std::filesystem::copy(folder / "one", folder / "copy");
  EXPECT_THROW((void)require_own_run(data("copy"), read_mark(data("copy"))), Error);
  EXPECT_THROW(claim_run(data("copy"), usual_wait({})), Error);
}

TEST_F(RunOwner, IsFreeWhenItsDataIsNoMore) {
  begin(data("one"), "1");
  remove_tree(folder / "one");
  begin(data("two"), "2");
  EXPECT_TRUE(require_own_run(data("two"), read_mark(data("two"))));
  remove_tree(folder / "two");
  begin(data("two"), "3");  // begun anew in the same place
  EXPECT_TRUE(require_own_run(data("two"), read_mark(data("two"))));
}

}  // namespace
}  // namespace gantry::engine
