// SPDX-License-Identifier: Apache-2.0
//
// Each kind of leftover is planted, found, repaired, and found no more.
#include "core/lifecycle/verbs/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/secrets/secrets.h"
#include "core/store/keys.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

namespace fs = std::filesystem;

class Check : public ::testing::Test {
 protected:
  engine::Engine& get() { return engine_.get(); }
  void expect_repaired(const std::string& kind, const std::string& object) {
    const std::vector<CheckResult> found = check(get(), false);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, kind);
    EXPECT_NE(found[0].object.find(object), std::string::npos) << found[0].object;
    EXPECT_FALSE(found[0].repaired);
    const std::vector<CheckResult> repaired = check(get(), true);
    ASSERT_EQ(repaired.size(), 1U);
    EXPECT_TRUE(repaired[0].repaired) << repaired[0].error;
    EXPECT_TRUE(check(get(), false).empty());
  }

  fakes::FakeEngine engine_;
  const std::string stray_ = std::string(64, 'b');
};

TEST_F(Check, SaysNothingOfAHealthyStore) {
  (void)create(get(), fakes::FakeEngine::request("new"));
  (void)create(get(), fakes::FakeEngine::request("runs"));
  start(get(), "runs");
  EXPECT_TRUE(check(get(), false).empty());
  EXPECT_TRUE(check(get(), true).empty());
}

TEST_F(Check, RemovesWhatTheStoreHasKeptOfALostRecord) {
  const std::string id = create(get(), fakes::FakeEngine::request("lost"));
  engine_.state.lose(std::string(store::kContainerConfig) + id);
  try {
    (void)inspect(get(), "lost");
    ADD_FAILURE() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kCorrupt);
    EXPECT_NE(std::string(e.what()).find("has lost its configuration"), std::string::npos);
  }
  const std::vector<CheckResult> repaired = check(get(), true);
  ASSERT_FALSE(repaired.empty());
  EXPECT_EQ(repaired.front().object, id);
  EXPECT_TRUE(check(get(), true).empty());
  EXPECT_TRUE(engine_.records().empty());
  EXPECT_TRUE(engine_.traces().empty());
  EXPECT_NO_THROW((void)create(get(), fakes::FakeEngine::request("lost")));
}

TEST_F(Check, RemovesRunFoldersWithoutRecord) {
  make_directories(get().layout.bundle(stray_));
  expect_repaired("run", stray_);
  EXPECT_FALSE(gantry::exists(get().layout.container_run(stray_)));
}

TEST_F(Check, RemovesExitFilesWithoutRecord) {
  make_directories(get().layout.exits());
  write_file(get().layout.exit_file(stray_), "0");
  expect_repaired("run", stray_);
}

TEST_F(Check, RemovesMountCountsWithoutRecord) {
  save_user_mounts(get(), stray_, {.count = 1});
  expect_repaired("mount", stray_);
}

TEST_F(Check, RemovesContainerFoldersWithoutRecord) {
  make_directories(get().layout.container_data(stray_));
  expect_repaired("run", stray_);
}

TEST_F(Check, RemovesLockFilesWithoutRecordThatNobodyHolds) {
  {
    const auto held = get().locks.try_acquire(locks::Kind::kContainer, stray_);
    EXPECT_TRUE(check(get(), true).empty());
  }
  expect_repaired("run", stray_);
}

TEST_F(Check, RemovesLayersWithoutRecord) {
  engine_.storage("").create(
      {.id = stray_, .parent = "base", .writable = true, .mapping = {}, .options_json = {}});
  engine_.storage("").commit(stray_);
  expect_repaired("layer", stray_);
}

TEST_F(Check, RemovesImageLayersThatNothingNames) {
  engine_.storage("").create(
      {.id = stray_, .parent = {}, .writable = false, .mapping = {}, .options_json = {}});
  engine_.storage("").commit(stray_);
  expect_repaired("layer", stray_);
}

TEST_F(Check, RemovesADamagedLayerThatNothingNames) {
  engine_.storage("").create(
      {.id = stray_, .parent = {}, .writable = false, .mapping = {}, .options_json = {}});
  engine_.storage("").commit(stray_);
  engine_.storage_of_fakes().edit(stray_,
                                  [](fakes::FakeLayer& layer) { layer.damaged = true; });
  expect_repaired("layer", stray_);
}

TEST_F(Check, NamesADamagedLayerInUseAndGoesOn) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  const std::string other = create(get(), fakes::FakeEngine::request("other"));
  (void)engine_.storage("").mount(
      {.id = other, .read_only = false, .mount_label = {}, .mapping = {}});
  engine_.storage_of_fakes().edit(id, [](fakes::FakeLayer& layer) { layer.damaged = true; });
  const std::vector<CheckResult> found = check(get(), true);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, "mount");
  EXPECT_TRUE(found[0].repaired);
  EXPECT_EQ(found[1].kind, "layer");
  EXPECT_EQ(found[1].object, id);
  EXPECT_FALSE(found[1].repairable);
  (void)remove(get(), "box");
  EXPECT_TRUE(check(get(), false).empty());
}

TEST_F(Check, UnmountsWhatNobodyUses) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  (void)engine_.storage("").mount(
      {.id = id, .read_only = false, .mount_label = {}, .mapping = {}});
  expect_repaired("mount", id);
  EXPECT_FALSE(engine_.storage("").stat(id).mounted);
}

TEST_F(Check, LeavesWhatTheUserMounted) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  save_user_mounts(get(), id, {.count = 1});
  (void)engine_.storage("").mount(
      {.id = id, .read_only = false, .mount_label = {}, .mapping = {}});
  EXPECT_TRUE(check(get(), true).empty());
}

TEST_F(Check, FinishesARemovalThatDied) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    model::ContainerState state = *writer.find_state(id);
    state.status = model::Status::kRemoving;
    writer.put_state(id, state);
  });
  expect_repaired("container", id);
  EXPECT_TRUE(engine_.traces().empty());
}

TEST_F(Check, FreesVolumesOfContainersThatAreNoMore) {
  model::Volume volume;
  volume.name = "store";
  make_directories(get().layout.volumes() / "store/_data");
  get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    writer.create_volume(volume);
    writer.claim_volume("store", stray_);
  });
  expect_repaired("volume", "store");
}

TEST_F(Check, FinishesAVolumesRemovalThatDied) {
  const fs::path root = get().layout.volumes();
  (void)volume::Volumes(get().store, root).create({.name = "store"});
  make_directories(root / ".removing");
  fs::rename(root / "store", root / ".removing/store");
  expect_repaired("volume", "store");
  EXPECT_TRUE(volume::Volumes(get().store, root).list().empty());
}

TEST_F(Check, RemovesAFolderThatBecameNoVolumeUnlessItHoldsSomething) {
  const fs::path data = get().layout.volumes() / "store/_data";
  make_directories(data);
  write_file(data / "file", "of somebody");
  const std::vector<CheckResult> found = check(get(), true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].repaired);
  EXPECT_TRUE(gantry::exists(data / "file"));
  remove_file(data / "file");
  expect_repaired("volume", "store");
}

TEST_F(Check, RemovesLockFilesOfVolumesThatAreGone) {
  make_directories(get().layout.volumes() / ".locks/volume");
  write_file(get().layout.volumes() / ".locks/volume/store", "");
  expect_repaired("volume", "store");
  EXPECT_FALSE(gantry::exists(get().layout.volumes() / ".locks/volume/store"));
}

TEST_F(Check, RemovesDataOfSecretsThatAreGone) {
  make_directories(get().layout.secrets());
  write_file(get().layout.secrets() / stray_, "data");
  expect_repaired("secret", stray_);
}

TEST_F(Check, TellsOfSecretsWhoseDataIsGone) {
  secrets::Secrets secrets(get().store, get().layout.secrets());
  const std::string id = secrets.create({.name = "word", .data = "hidden"});
  remove_file(get().layout.secrets() / id);
  const std::vector<CheckResult> found = check(get(), true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].repairable);
}

TEST_F(Check, FreesWhatTheNetworkKeepsForContainersThatDoNotRun) {
  (void)create(get(), fakes::FakeEngine::request("runs"));
  start(get(), "runs");
  const std::string idle = create(get(), fakes::FakeEngine::request("idle"));
  for (const std::string& id : {stray_, idle}) {
    engine_.network_of_fakes().attach(id);
    expect_repaired("network", id);
  }
  EXPECT_EQ(engine_.network_of_fakes().attached().size(), 1U);
}

TEST_F(Check, UnpinsNamespacesOfContainersThatDoNotRun) {
  const std::string id = create(get(), fakes::FakeEngine::request("idle"));
  make_directories(get().layout.netns(id).parent_path());
  for (const std::string& one : {stray_, id}) {
    write_file(get().layout.netns(one), "");
    const std::vector<CheckResult> found = check(get(), true);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, "network");
    remove_file(get().layout.netns(one));
  }
}

TEST_F(Check, ForgetsExecSessionsThatAreOver) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  start(get(), "box");
  model::ExecSession session;
  session.id = stray_;
  session.container_id = id;
  session.client_pid = 17;
  get().store.write(ports::Durability::kRelaxed,
                    [&](store::Writer& writer) { writer.put_exec(session); });
  EXPECT_TRUE(check(get(), true).empty());  // its client lives
  engine_.processes.dead.insert(17);
  expect_repaired("exec", stray_);
}

TEST_F(Check, LeavesContainersThatSomebodyIsAtWorkOn) {
  make_directories(get().layout.bundle(stray_));
  engine_.network_of_fakes().attach(stray_);
  const auto held = get().locks.try_acquire(locks::Kind::kContainer, stray_);
  EXPECT_TRUE(check(get(), true).empty());
  EXPECT_TRUE(gantry::exists(get().layout.bundle(stray_)));
}

TEST_F(Check, LeavesStrangersAlone) {
  make_directories(get().layout.containers_run() / "stranger");
  make_directories(get().layout.netns("stranger"));
  EXPECT_TRUE(check(get(), true).empty());
  EXPECT_TRUE(gantry::exists(get().layout.containers_run() / "stranger"));
  EXPECT_TRUE(gantry::exists(get().layout.netns("stranger")));
}

// A container that starts while leftovers are collected keeps its address.
TEST_F(Check, CollectionWaitsForWhoeverSetsUpANetwork) {
  (void)create(get(), fakes::FakeEngine::request("box"));
  bool collected = false;
  engine_.set_hook([&](std::string_view operation) {
    if (operation == "network.setup") {
      EXPECT_FALSE(get().locks.try_acquire(locks::Kind::kNetwork, "attachments"));
    } else if (operation == "network.gc") {
      collected = true;
      EXPECT_TRUE(get().locks.is_held(locks::Kind::kNetwork, "attachments"));
    }
  });
  start(get(), "box");
  EXPECT_TRUE(check(get(), true).empty());
  engine_.set_hook(nullptr);
  EXPECT_TRUE(collected);
  EXPECT_EQ(engine_.network_of_fakes().attached().size(), 1U);
}

TEST_F(Check, TellsOfContainersWhoseFilesAreGone) {
  const std::string id = create(get(), fakes::FakeEngine::request("box"));
  engine_.storage("").remove(id);
  const std::vector<CheckResult> found = check(get(), true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].object, id);
  EXPECT_FALSE(found[0].repairable);
}

}  // namespace
}  // namespace gantry::lifecycle
