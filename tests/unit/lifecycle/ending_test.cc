// SPDX-License-Identifier: Apache-2.0
//
// How a container ends when several commands notice it: who cleans up, who starts it again,
// and which exit code each tells.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/lifecycle/activation.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/restart.h"
#include "core/lifecycle/verbs/run.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "core/lifecycle/verbs/wait.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::Status;

class Ending : public testing::Test {
 protected:
  std::string create(CreateRequest request) {
    return lifecycle::create(engine.get(), std::move(request));
  }
  std::string running(const CreateRequest& request) {
    const std::string id = create(request);
    start(engine.get(), id);
    return id;
  }
  static CreateRequest with_policy(const std::string& name) {
    CreateRequest request = FakeEngine::request("box");
    request.config.restart.name = name;
    return request;
  }
  static CreateRequest with_rm() {
    CreateRequest request = FakeEngine::request("box");
    request.config.auto_remove = true;
    return request;
  }
  model::ContainerState state(const std::string& name = "box") {
    return inspect(engine.get(), name).state;
  }
  bool is_gone(const std::string& name = "box") {
    return !engine.get().store.read(
        [&](const store::Reader& reader) { return reader.container_by_name(name); });
  }
  // At the operation, once: another process has its turn.
  void meanwhile(const std::string& operation, const std::function<void()>& act) {
    const auto due = std::make_shared<bool>(true);  // the hook is kept in several places
    engine.set_hook([due, operation, act](std::string_view now) {
      if (*due && now == operation) {
        *due = false;
        act();
      }
    });
  }
  // The monitor's exit command, as far as it gets: it waits for the lock.
  void exit_command_if_unlocked(const std::string& id) {
    if (!engine.get().locks.is_held(locks::Kind::kContainer, id)) {
      engine.run_exit_commands();
    }
  }
  int logged(const std::string& action) {
    int count = 0;
    engine.get().events.read({}, [&](const events::Event& event) {
      count += event.action == action ? 1 : 0;
      return true;
    });
    return count;
  }

  FakeEngine engine;
};

TEST_F(Ending, RestartKeepsTheContainerOfRm) {
  const std::string id = running(with_rm());
  const int first = state().pid;
  meanwhile("monitor.wait_any", [&] { exit_command_if_unlocked(id); });
  restart(engine.get(), "box");
  engine.run_exit_commands();
  ASSERT_FALSE(is_gone());
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_NE(state().pid, first);
  stop(engine.get(), "box");
  EXPECT_TRUE(is_gone());
  EXPECT_TRUE(engine.traces().empty());
}

TEST_F(Ending, RestartGoesOnWhenTheExitCommandWasFirst) {
  const std::string id = running(with_policy("always"));
  meanwhile("monitor.wait_any", [&] { exit_command_if_unlocked(id); });
  restart(engine.get(), "box");
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_EQ(logged("restart"), 1);
}

TEST_F(Ending, StopUndoesNothingTwice) {
  const std::string id = running(FakeEngine::request("box"));
  int teardowns = 0;
  engine.set_hook([&](std::string_view now) {
    if (now == "monitor.wait_any") {
      engine.run_exit_commands();
    }
    teardowns += now == "network.teardown" ? 1 : 0;
  });
  stop(engine.get(), "box");
  engine.set_hook(nullptr);
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_TRUE(state().stopped_by_user);
  EXPECT_EQ(teardowns, 2) << "before and after one call";
  EXPECT_EQ(logged("cleanup"), 1);
}

TEST_F(Ending, StopLeavesTheNextRunAlone) {
  (void)running(FakeEngine::request("box"));
  const int first = state().pid;
  meanwhile("monitor.wait_any", [&] { start(engine.get(), "box"); });
  stop(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_NE(state().pid, first);
}

TEST_F(Ending, RestartIsContentWithTheStartOfAnother) {
  (void)running(FakeEngine::request("box"));
  int second = 0;
  meanwhile("monitor.wait_any", [&] {
    start(engine.get(), "box");
    second = state().pid;
  });
  restart(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_EQ(state().pid, second);
}

TEST_F(Ending, ForcedRemovalEndsTheNextRunToo) {
  const std::string id = running(FakeEngine::request("box"));
  meanwhile("monitor.wait_any", [&] { start(engine.get(), "box"); });
  (void)remove(engine.get(), "box", {.force = true});
  EXPECT_TRUE(is_gone());
  EXPECT_FALSE(engine.world.find(id));
}

TEST_F(Ending, NobodyFreezesWhatWasKilled) {
  const std::string id = running(FakeEngine::request("box"));
  bool held = false;
  engine.set_hook([&](std::string_view now) {
    held = held || (now == "monitor.wait_any" &&
                    engine.get().locks.is_held(locks::Kind::kContainer, id));
  });
  stop(engine.get(), "box", {.timeout_s = 0});
  engine.set_hook(nullptr);
  EXPECT_TRUE(held);
  EXPECT_EQ(state().status, Status::kExited);
}

TEST_F(Ending, StopHoldsWhileThePolicyStartsIt) {
  const std::string base = create(FakeEngine::request("base"));
  CreateRequest request = with_policy("always");
  request.requires_containers = {"base"};
  const std::string id = running(request);
  stop(engine.get(), "base");
  engine.run_exit_commands();
  engine.world.exit(id, 3);
  // The policy waits for what it needs; its own lock is free then.
  meanwhile("monitor.launch", [&] { stop(engine.get(), "box"); });
  engine.run_exit_commands();
  EXPECT_EQ(state("base").status, Status::kRunning);
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_EQ(logged("restart"), 0);
  start(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_FALSE(state().stopped_by_user);
}

TEST_F(Ending, ThePolicyKeepsTheLockUntilItRuns) {
  const std::string id = running(with_policy("always"));
  bool free = false;
  engine.set_hook([&](std::string_view now) {
    free = free || (now.starts_with("runtime.") &&
                    !engine.get().locks.is_held(locks::Kind::kContainer, id));
  });
  engine.world.exit(id, 3);
  engine.run_exit_commands();
  engine.set_hook(nullptr);
  EXPECT_FALSE(free);
  EXPECT_EQ(state().status, Status::kRunning);
}

TEST_F(Ending, WaitAnswersTheExitCodeOfWhatIsBeingRemoved) {
  const std::string id = running(with_rm());
  engine.get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    model::ContainerState now = *writer.find_state(id);
    now.status = Status::kRemoving;
    now.exit_code = 5;
    now.finished_ns = now.started_ns + 1;
    writer.put_state(id, now);
  });
  EXPECT_EQ(wait(engine.get(), "box"), 5);
}

TEST_F(Ending, WaitAnswersTheExitCodeOfWhatIsGone) {
  const std::string id = running(with_rm());
  meanwhile("monitor.is_alive", [&] {
    engine.world.exit(id, 6);
    engine.run_exit_commands();
  });
  EXPECT_EQ(wait(engine.get(), "box", {{"removed"}}), 6);
  EXPECT_TRUE(is_gone());
}

TEST_F(Ending, ForegroundTellsTheCodeOfItsOwnRun) {
  CreateRequest request = with_policy("on-failure");
  std::string id;
  RunOptions options;
  options.created = [&](const std::string& created) {
    id = created;
    engine.world.set_behaviour(id, {.exits_at_start = 7});
  };
  meanwhile("monitor.wait_any", [&] {
    engine.world.set_behaviour(id, {});
    engine.run_exit_commands();
  });
  EXPECT_EQ(run(engine.get(), request, options).exit_code, 7);
  EXPECT_EQ(state().status, Status::kRunning) << "started again by its policy";
}

TEST_F(Ending, ForegroundLeavesThePolicyToTheExitCommand) {
  CreateRequest request = with_policy("on-failure");
  std::string id;
  RunOptions options;
  options.created = [&](const std::string& created) {
    id = created;
    engine.world.set_behaviour(id, {.exits_at_start = 7});
  };
  EXPECT_EQ(run(engine.get(), request, options).exit_code, 7);
  engine.world.set_behaviour(id, {});
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_EQ(state().restart_count, 1U);
}

TEST_F(Ending, ForegroundCleansUpWhenTheMonitorWasLost) {
  std::string id;
  RunOptions options;
  options.created = [&](const std::string& created) { id = created; };
  meanwhile("runtime.start", [&] { engine.world.kill_monitor(id); });
  EXPECT_EQ(run(engine.get(), with_policy("always"), options).exit_code, -1);
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_FALSE(engine.world.find(id));
}

TEST_F(Ending, FirstErrorIsTheOneThatIsTold) {
  create(FakeEngine::request("box"));
  init(engine.get(), "box");
  engine.set_hook([&](std::string_view now) {
    if (now == "runtime.start") {
      throw Error(Code::kPermission, "may not be executed");
    }
    if (now == "network.teardown") {
      throw Error(Code::kIo, "does not let go");
    }
  });
  try {
    start(engine.get(), "box");
    ADD_FAILURE() << "started";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kPermission);
    EXPECT_STREQ(e.what(), "may not be executed");
  }
  engine.set_hook(nullptr);
  EXPECT_EQ(state().error, "may not be executed");
  start(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
}

TEST_F(Ending, AnEmptyJournalTellsNothing) {
  const std::string id = running(FakeEngine::request("box"));
  write_file(engine.get().layout.journal(id), "");
  engine.get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    model::ContainerState now = *writer.find_state(id);
    now.status = Status::kConfigured;
    writer.put_state(id, now);
  });
  (void)lock_container(engine.get(), "box");
  EXPECT_FALSE(engine.world.find(id));
  EXPECT_FALSE(gantry::exists(engine.get().layout.container_run(id)));
}

}  // namespace
}  // namespace gantry::lifecycle
