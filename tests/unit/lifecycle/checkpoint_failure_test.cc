// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints that go wrong, or are broken off: the processes, their images or both are there
// afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/sync.h"
#include "core/lifecycle/verbs/checkpoint.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/restore.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::Status;
using testing::ElementsAre;
using testing::HasSubstr;

class CheckpointFailure : public testing::Test {
 protected:
  std::string running(bool auto_remove = false) {
    CreateRequest request = FakeEngine::request("box");
    request.config.auto_remove = auto_remove;
    const std::string id = create(fake.get(), request);
    start(fake.get(), id);
    return id;
  }
  // Once the runtime has written the images.
  void when_dumped(std::function<void()> act) {
    fake.world.after = [act = std::move(act)](std::string_view operation) {
      if (operation == "runtime.checkpoint") {
        act();
      }
    };
  }
  // The first file to be written after the end of the processes cannot be.
  void spoil_seal(const std::string& id) {
    when_dumped([this, id] { write_file(kept(id, kShmContent), "in the way"); });
  }
  std::string failure(const std::string& id, const CheckpointOptions& options) {
    try {
      (void)checkpoint(fake.get(), id, options);
    } catch (const Error& e) {
      fake.set_hook(nullptr);
      return e.what();
    }
    fake.set_hook(nullptr);
    return {};
  }
  std::filesystem::path kept(const std::string& id, const char* name) {
    return fake.get().layout.checkpoint(id) / name;
  }
  Status status(const std::string& id) { return inspect(fake.get(), id).state.status; }

  FakeEngine fake;
};

TEST_F(CheckpointFailure, TheLastOneIsKeptWithItsFacts) {
  const std::string id = running();
  (void)checkpoint(fake.get(), id, {.leave_running = true});
  const std::string facts = read_file(kept(id, kConfigDump));
  when_dumped([] { throw Error(Code::kIo, "no room"); });
  EXPECT_THAT(failure(id, {}), HasSubstr("no room"));
  EXPECT_EQ(status(id), Status::kRunning);
  EXPECT_EQ(read_file(kept(id, kConfigDump)), facts);
  for (const char* name : {kNetworkStatus, kSpecDump, kShmContent}) {
    EXPECT_TRUE(gantry::exists(kept(id, name))) << name;
  }
  EXPECT_FALSE(gantry::exists(kept(id, kUnsynced)));
}

TEST_F(CheckpointFailure, NobodyBreaksOffADump) {
  const std::string id = running();
  bool told = true;
  when_dumped([&] {
    fake.cancelled = true;
    told = fake.is_cancelled();
  });
  EXPECT_EQ(failure(id, {}), "");
  EXPECT_FALSE(told);
}

TEST_F(CheckpointFailure, ImagesOfEndedProcessesAreKept) {
  const std::string id = running();
  when_dumped([&] {
    fake.world.exit(id, 137);
    throw Error(Code::kInternal, "the runtime was killed");
  });
  EXPECT_THAT(failure(id, {}), HasSubstr("killed: the checkpoint itself was kept: gantry "
                                         "container restore box"));
  EXPECT_EQ(status(id), Status::kExited);
  EXPECT_NE(inspect(fake.get(), id).state.checkpointed_ns, 0);
  (void)restore(fake.get(), id, {});
  EXPECT_EQ(status(id), Status::kRunning);
}

TEST_F(CheckpointFailure, AFullDiskAfterTheEndCostsNoImages) {
  const std::string id = running();
  spoil_seal(id);
  EXPECT_THAT(failure(id, {}), HasSubstr("the checkpoint itself was kept"));
  EXPECT_EQ(status(id), Status::kExited);
  EXPECT_TRUE(has_checkpoint(fake.get().layout, id));
  EXPECT_TRUE(gantry::exists(kept(id, kNetworkStatus)));
}

TEST_F(CheckpointFailure, NorDoesItUnderRm) {
  const std::string id = running(true);
  spoil_seal(id);
  const std::string archive = fake.folder() / "box.tar";
  EXPECT_THAT(failure(id, {.export_file = archive}),
              HasSubstr("the checkpoint itself was kept"));
  fake.run_exit_commands();
  EXPECT_EQ(status(id), Status::kExited);
  EXPECT_FALSE(gantry::exists(archive));
  EXPECT_TRUE(has_checkpoint(fake.get().layout, id));
}

TEST_F(CheckpointFailure, WhatLeavesItRunningIsUndone) {
  const std::string id = running(true);
  spoil_seal(id);
  EXPECT_NE(failure(id, {.leave_running = true}), "");
  EXPECT_EQ(status(id), Status::kRunning);
  EXPECT_TRUE(inspect(fake.get(), id).config.auto_remove);
  EXPECT_FALSE(gantry::exists(fake.get().layout.checkpoint(id)));
}

TEST_F(CheckpointFailure, AKilledCommandLosesNothingUnderRm) {
  struct Killed {};
  const std::string id = running(true);
  when_dumped([&] {
    fake.world.exit(id, 137);
    throw Killed{};
  });
  EXPECT_THROW((void)checkpoint(fake.get(), id, {.export_file = fake.folder() / "box.tar"}),
               Killed);
  fake.set_hook(nullptr);
  fake.reopen();
  fake.run_exit_commands();
  EXPECT_EQ(status(id), Status::kExited);
  EXPECT_TRUE(has_checkpoint(fake.get().layout, id));
}

// Its processes live on: what it was told to be stays.
TEST_F(CheckpointFailure, AKilledCommandForgetsNeitherRmNorPolicy) {
  struct Killed {};
  for (const bool auto_remove : {true, false}) {
    const std::string id = running(auto_remove);
    when_dumped([] { throw Killed{}; });
    EXPECT_THROW((void)checkpoint(fake.get(), id, {.export_file = fake.folder() / "box.tar"}),
                 Killed);
    fake.set_hook(nullptr);
    fake.reopen();
    EXPECT_EQ(status(id), Status::kRunning);
    (void)lock_container(fake.get(), id);
    EXPECT_FALSE(inspect(fake.get(), id).state.stopped_by_user);
    fake.world.exit(id, 0);
    fake.run_exit_commands();
    EXPECT_EQ(fake.records().empty(), auto_remove);
    if (!auto_remove) {
      (void)remove(fake.get(), id);
    }
  }
}

// --rm stays what it is, for the run after the restore.
TEST_F(CheckpointFailure, WhatIsRestoredIsRemovedAtItsEnd) {
  const std::string id = running(true);
  when_dumped([&] {
    fake.world.exit(id, 137);
    throw Error(Code::kInternal, "the runtime was killed");
  });
  EXPECT_NE(failure(id, {.export_file = fake.folder() / "box.tar"}), "");
  (void)restore(fake.get(), id, {});
  EXPECT_EQ(status(id), Status::kRunning);
  fake.world.exit(id, 0);
  fake.run_exit_commands();
  EXPECT_TRUE(fake.records().empty());
}

TEST_F(CheckpointFailure, AfterAPowerCutTheSyncedOneCounts) {
  const std::string id = running();
  (void)checkpoint(fake.get(), id, {.leave_running = true});
  write_file(kept(id, "inventory.img"), "synced");
  begin_checkpoint(fake.get(), id);
  write_file(kept(id, "inventory.img"), "half of it");
  fake.reboot();
  settle_checkpoint(fake.get(), id);
  EXPECT_EQ(read_file(kept(id, "inventory.img")), "synced");
  EXPECT_FALSE(gantry::exists(fake.get().layout.last_checkpoint(id)));
}

TEST_F(CheckpointFailure, ItsEndIsAnEvent) {
  const std::string id = running();
  (void)checkpoint(fake.get(), id, {});
  std::vector<std::string> actions;
  std::string code;
  fake.get().events.read({}, [&](const events::Event& event) {
    if (event.id == id) {
      actions.push_back(event.action);
      if (event.action == "died") {
        code = event.attributes.at("containerExitCode");
      }
    }
    return true;
  });
  EXPECT_EQ(code, "137");
  EXPECT_THAT(actions, ElementsAre("create", "init", "start", "died", "checkpoint", "cleanup"));
}

TEST_F(CheckpointFailure, TheNetworkIsThereBeforeTheProcessesGoOn) {
  const std::string id = running();
  (void)checkpoint(fake.get(), id, {});
  std::vector<std::string> order;
  fake.set_hook([&](std::string_view operation) {
    if ((operation == "network.setup" || operation == "monitor.launch") &&
        (order.empty() || order.back() != operation)) {
      order.emplace_back(operation);
    }
  });
  (void)restore(fake.get(), id, {});
  fake.set_hook(nullptr);
  EXPECT_THAT(order, ElementsAre("network.setup", "monitor.launch"));
}

TEST(ConnectionsOfACheckpoint, NeedANetworkThatIsThereFirst) {
  model::ContainerConfig config;
  config.network.mode = model::NetworkMode::kBridge;
  config.network.attachments.emplace_back();
  EXPECT_NO_THROW(require_connections_possible(config));
  config.id_mapping = {.uids = {{0, 1000, 10}}, .gids = {{0, 1000, 10}}};
  EXPECT_THROW(require_connections_possible(config), Error);
  config.network.mode = model::NetworkMode::kHost;
  EXPECT_NO_THROW(require_connections_possible(config));
}

TEST(ConfigDumpText, TakesAnyBytes) {
  model::ContainerConfig config;
  config.id = std::string(64, 'a');
  config.process.command = {"echo", "\xff\xfe"};
  EXPECT_EQ(parse_config_dump(config_dump(config, 1), "x.tar").process.command[0], "echo");
}

}  // namespace
}  // namespace gantry::lifecycle
