// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/update.h"

#include <gtest/gtest.h>

#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/start.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

TEST(Update, ChangesOnlyWhatIsNamed) {
  model::Resources before;
  before.memory = 64;
  before.cpu_shares = 10;
  model::Resources changes;
  changes.memory = 128;
  const model::Resources after = updated(before, changes);
  EXPECT_EQ(after.memory, 128);
  EXPECT_EQ(after.cpu_shares, 10U);
}

TEST(Update, OfTwoWaysToSayTheSameTheNewerCounts) {
  model::Resources before;
  before.cpu_quota = 5000;
  before.cpu_period = 10000;
  model::Resources changes;
  changes.cpus = 2;
  const model::Resources after = updated(before, changes);
  EXPECT_EQ(after.cpus, 2);
  EXPECT_FALSE(after.cpu_quota || after.cpu_period);
}

TEST(Update, IsRecorded) {
  fakes::FakeEngine engine;
  (void)create(engine.get(), fakes::FakeEngine::request("box"));
  model::Resources changes;
  changes.pids_limit = 7;
  (void)update(engine.get(), "box", changes);
  EXPECT_EQ(inspect(engine.get(), "box").config.resources.pids_limit, 7);
}

TEST(Update, ThatTheRuntimeRefusesIsNotRecorded) {
  fakes::FakeEngine engine;
  (void)create(engine.get(), fakes::FakeEngine::request("box"));
  start(engine.get(), "box");
  engine.set_hook([](std::string_view operation) {
    if (operation == "runtime.update") {
      throw Error(Code::kInvalid, "no");
    }
  });
  model::Resources changes;
  changes.pids_limit = 7;
  EXPECT_THROW((void)update(engine.get(), "box", changes), Error);
  engine.set_hook(nullptr);
  EXPECT_FALSE(inspect(engine.get(), "box").config.resources.pids_limit);
}

}  // namespace
}  // namespace gantry::lifecycle
