// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/mount.h"

#include <gtest/gtest.h>

#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

class Mounting : public ::testing::Test {
 protected:
  Mounting() { id_ = create(engine_.get(), fakes::FakeEngine::request("box")); }
  [[nodiscard]] bool is_mounted() { return engine_.storage("").stat(id_).mounted; }

  fakes::FakeEngine engine_;
  std::string id_;
};

TEST_F(Mounting, IsCounted) {
  const std::filesystem::path path = mount(engine_.get(), "box");
  EXPECT_EQ(mount(engine_.get(), "box"), path);
  EXPECT_TRUE(unmount(engine_.get(), "box", false));
  EXPECT_TRUE(is_mounted());
  EXPECT_TRUE(unmount(engine_.get(), "box", false));
  EXPECT_FALSE(is_mounted());
  EXPECT_FALSE(unmount(engine_.get(), "box", false));
}

TEST_F(Mounting, ForceTakesAllBack) {
  (void)mount(engine_.get(), "box");
  (void)mount(engine_.get(), "box");
  EXPECT_TRUE(unmount(engine_.get(), "box", true));
  EXPECT_FALSE(is_mounted());
}

TEST_F(Mounting, StaysWhenTheContainerEnds) {
  (void)mount(engine_.get(), "box");
  start(engine_.get(), "box");
  stop(engine_.get(), "box", {.timeout_s = 0});
  EXPECT_TRUE(is_mounted());
  EXPECT_TRUE(unmount(engine_.get(), "box", false));
  EXPECT_FALSE(is_mounted());
}

TEST_F(Mounting, TheContainersOwnIsNotTakenDown) {
  start(engine_.get(), "box");
  EXPECT_THROW((void)unmount(engine_.get(), "box", true), Error);
  (void)mount(engine_.get(), "box");
  EXPECT_TRUE(unmount(engine_.get(), "box", true));
  EXPECT_TRUE(is_mounted());
}

TEST_F(Mounting, IsForgottenWithItsBoot) {
  (void)mount(engine_.get(), "box");
  engine_.reboot();
  EXPECT_EQ(user_mounts(engine_.get(), id_).count, 0U);
  EXPECT_TRUE(mounted(engine_.get()).empty());
}

TEST_F(Mounting, EndsWithTheContainer) {
  (void)mount(engine_.get(), "box");
  (void)remove(engine_.get(), "box");
  EXPECT_FALSE(gantry::exists(engine_.get().layout.mounts(id_)));
  EXPECT_TRUE(engine_.traces().empty());
}

TEST_F(Mounting, ThatFailsIsNotCounted) {
  engine_.set_hook([](std::string_view operation) {
    if (operation == "storage.mount") {
      throw Error(Code::kIo, "no luck");
    }
  });
  EXPECT_THROW((void)mount(engine_.get(), "box"), Error);
  engine_.set_hook(nullptr);
  EXPECT_EQ(user_mounts(engine_.get(), id_).count, 0U);
}

}  // namespace
}  // namespace gantry::lifecycle
