// SPDX-License-Identifier: Apache-2.0
//
// What system check does when something keeps it from looking, when its store is not the
// folder's, and when nobody will come for a container that ended.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/engine/data_mark.h"
#include "core/lifecycle/verbs/check.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

class CheckLimits : public testing::Test {
 protected:
  engine::Engine& get() { return engine_.get(); }
  std::string running(const std::string& name) {
    const std::string id = create(get(), fakes::FakeEngine::request(name));
    start(get(), id);
    return id;
  }
  fakes::FakeEngine engine_;
  const std::string stray_ = std::string(64, 'b');
};

TEST_F(CheckLimits, OneThatFailsKeepsNoOtherFromLooking) {
  make_directories(get().layout.bundle(stray_));
  engine_.set_hook([](std::string_view operation) {
    if (operation == "storage.list") {
      throw Error(Code::kUnsupported, "no such plug-in");
    }
  });
  const std::vector<CheckResult> results = check(get(), true);
  engine_.set_hook(nullptr);
  const auto has = [&](const std::string& kind) {
    return std::any_of(results.begin(), results.end(),
                       [&](const CheckResult& result) { return result.kind == kind; });
  };
  EXPECT_TRUE(has("run"));
  EXPECT_TRUE(has("check"));
  EXPECT_FALSE(gantry::exists(get().layout.container_run(stray_)));
  EXPECT_TRUE(check(get(), false).empty());
}

TEST_F(CheckLimits, AnotherStoreMakesNothingNobodys) {
  make_directories(get().layout.bundle(stray_));
  make_directories(get().layout.data);
  engine::write_mark(get().layout, {"fake", "another"});
  for (const bool repair : {false, true}) {
    const std::vector<CheckResult> results = check(get(), repair);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].kind, "store");
    EXPECT_FALSE(results[0].repaired);
  }
  EXPECT_TRUE(gantry::exists(get().layout.container_run(stray_)));
  engine::write_mark(get().layout, {"fake", get().store.id()});
  EXPECT_EQ(check(get(), true).size(), 1U);
  EXPECT_FALSE(gantry::exists(get().layout.container_run(stray_)));
}

TEST_F(CheckLimits, AnotherBackendIsRefused) {
  make_directories(get().layout.data);
  engine::write_mark(get().layout, {"leveldb", "one"});
  const auto mark = engine::read_mark(get().layout);
  EXPECT_NO_THROW(engine::require_backend(get().layout, mark, "leveldb"));
  EXPECT_THROW(engine::require_backend(get().layout, mark, "other"), Error);
  EXPECT_NO_THROW(engine::require_backend(get().layout, std::nullopt, "other"));
}

TEST_F(CheckLimits, CleansUpWhatEndedAndHasNobody) {
  const std::string id = running("box");
  engine_.world.exit(id, 4);  // its exit command was killed
  const std::vector<CheckResult> results = check(get(), true);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].object, id);
  EXPECT_TRUE(results[0].repaired) << results[0].error;
  EXPECT_EQ(inspect(get(), "box").state.status, model::Status::kExited);
  EXPECT_FALSE(gantry::exists(get().layout.container_run(id)));
  EXPECT_TRUE(check(get(), false).empty());
}

TEST_F(CheckLimits, TakesFilesThatWereNeverWrittenToTheirEnd) {
  make_directories(get().layout.mounts());
  const auto path = [&](int pid) {
    return get().layout.mounts() / (stray_ + ".tmp." + std::to_string(pid) + ".3");
  };
  write_file(path(41), "half");
  write_file(path(42), "half");
  engine_.processes.dead.insert(41);
  EXPECT_EQ(check(get(), true).size(), 1U);
  EXPECT_FALSE(gantry::exists(path(41)));
  EXPECT_TRUE(gantry::exists(path(42)));
}

}  // namespace
}  // namespace gantry::lifecycle
