// SPDX-License-Identifier: Apache-2.0
//
// The verbs over an engine of fakes.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "core/lifecycle/verbs/cleanup.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/pause.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/rename.h"
#include "core/lifecycle/verbs/restart.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "core/lifecycle/verbs/wait.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::Status;

class Verbs : public testing::Test {
 protected:
  std::string create(const std::string& name = "box") {
    return lifecycle::create(engine.get(), FakeEngine::request(name));
  }
  std::string running(const std::string& name = "box") {
    const std::string id = create(name);
    start(engine.get(), id);
    return id;
  }
  model::ContainerState state(const std::string& name = "box") {
    return inspect(engine.get(), name).state;
  }
  Code code_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& e) {
      words = e.what();
      return e.code();
    }
    ADD_FAILURE() << "did not fail";
    return Code::kInternal;
  }

  FakeEngine engine;
  std::string words;
};

TEST_F(Verbs, CreateThenRemoveLeavesNothing) {
  create();
  EXPECT_EQ(state().status, Status::kConfigured);
  EXPECT_EQ(engine.state.durable_commits(), 3);  // the image; the name; the whole container
  remove(engine.get(), "box");
  EXPECT_TRUE(engine.traces().empty());
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, NameIsTakenOnce) {
  create();
  EXPECT_EQ(code_of([&] { create(); }), Code::kExists);
  EXPECT_NE(words.find("already in use"), std::string::npos);
}

TEST_F(Verbs, UnknownImageLeavesNothing) {
  auto request = FakeEngine::request("box");
  request.image = "nosuch";
  request.pull = "never";
  EXPECT_EQ(code_of([&] { (void)lifecycle::create(engine.get(), request); }), Code::kNotFound);
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, AContainerThatLostItsFilesSaysSo) {
  const std::string id = create();
  engine.get().backends.storage("").remove(id);
  EXPECT_EQ(code_of([&] { start(engine.get(), "box"); }), Code::kCorrupt);
  EXPECT_NE(words.find("container box has lost its files"), std::string::npos) << words;
  remove(engine.get(), "box");
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, StartRunsAndStartAgainIsNothing) {
  const std::string id = running();
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_GT(state().started_ns, 0);
  EXPECT_GT(state().pid, 0);
  start(engine.get(), "box");
  EXPECT_EQ(engine.world.find(id)->status, fakes::FakeStatus::kRunning);
}

TEST_F(Verbs, FailedStartCanBeTriedAgain) {
  const std::string id = create();
  fakes::FakeBehaviour broken;
  broken.create_fails = "executable file not found";
  engine.world.set_behaviour(id, broken);
  EXPECT_THROW(start(engine.get(), "box"), Error);
  EXPECT_EQ(state().status, Status::kConfigured);
  EXPECT_FALSE(state().error.empty());
  EXPECT_FALSE(engine.world.has_traces(id));
  engine.world.set_behaviour(id, {});
  start(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_TRUE(state().error.empty());
}

TEST_F(Verbs, ExitIsSeenWithoutTheExitCommand) {
  const std::string id = running();
  engine.world.exit(id, 3, true);
  EXPECT_EQ(state().status, Status::kStopped);
  EXPECT_EQ(state().exit_code, 3);
  EXPECT_TRUE(state().oom_killed);
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_EQ(state().exit_code, 3);
}

// A cleanup drops the run folder, and then says in the record that the container has exited.
TEST_F(Verbs, BetweenTheTwoStepsOfACleanupItHasExited) {
  const std::string id = running();
  engine.world.exit(id, 3);
  const model::ContainerState ended = state();
  ASSERT_EQ(ended.status, Status::kStopped);
  engine.get().store.write(ports::Durability::kRelaxed,
                           [&](store::Writer& writer) { writer.put_state(id, ended); });
  remove_tree(engine.get().layout.container_run(id));
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_EQ(state().exit_code, 3);
  EXPECT_EQ(list(engine.get()).front().state.status, Status::kExited);
}

TEST_F(Verbs, CreateRefusesWhatNoStartWouldTake) {
  const auto refused = [&](const std::function<void(CreateRequest&)>& change) {
    auto request = FakeEngine::request("box");
    change(request);
    return code_of([&] { (void)lifecycle::create(engine.get(), request); });
  };
  EXPECT_EQ(refused([](auto& r) {
              r.config.network.attachments = {{"nosuch", "eth0", {}, {}, {}}};
            }),
            Code::kNotFound);
  EXPECT_EQ(refused([](auto& r) { r.config.security.cap_add = {"nosuch"}; }), Code::kInvalid);
  EXPECT_EQ(refused([](auto& r) { r.config.ulimits = {{"nosuch", 1, 2}}; }), Code::kInvalid);
  EXPECT_EQ(refused([](auto& r) { r.config.sysctl = {{"nosuch", "1"}}; }), Code::kInvalid);
  EXPECT_EQ(refused([](auto& r) {
              r.config.devices = {{"/dev/nosuch", "", "rwm"}};
            }),
            Code::kNotFound);
  EXPECT_EQ(refused([](auto& r) { r.config.security.seccomp_profile = "/no/such"; }),
            Code::kNotFound);
  EXPECT_EQ(refused([](auto& r) { r.config.timezone = "No/Such"; }), Code::kNotFound);
  EXPECT_EQ(refused([](auto& r) { r.config.resources.cpuset_cpus = "99999"; }), Code::kInvalid);
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, LostMonitorIsToldAndContainerStartsAgain) {
  const std::string id = running();
  engine.world.kill_monitor(id);
  EXPECT_EQ(state().status, Status::kStopped);
  EXPECT_EQ(state().exit_code, -1);
  EXPECT_NE(state().error.find("monitor"), std::string::npos);
  start(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
}

TEST_F(Verbs, StopSendsTheContainersSignalAndCleansUp) {
  const std::string id = running();
  stop(engine.get(), "box");
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kExited);
  EXPECT_TRUE(state().stopped_by_user);
  EXPECT_FALSE(engine.world.has_traces(id));
  stop(engine.get(), "box");  // nothing to do
}

TEST_F(Verbs, StopTakesSigkillToTheDeaf) {
  const std::string id = create();
  fakes::FakeBehaviour deaf;
  deaf.ignored_signals = {SIGTERM};
  engine.world.set_behaviour(id, deaf);
  start(engine.get(), "box");
  StopOptions soon;
  soon.timeout_s = 0;
  stop(engine.get(), "box", soon);
  EXPECT_EQ(state().exit_code, 137);
}

TEST_F(Verbs, KillNeedsARunningContainer) {
  create();
  EXPECT_EQ(code_of([&] { kill(engine.get(), "box", SIGTERM); }), Code::kInvalid);
}

TEST_F(Verbs, PauseAndUnpause) {
  running();
  pause(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kPaused);
  EXPECT_EQ(code_of([&] { stop(engine.get(), "box"); }), Code::kInvalid);
  unpause(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
}

TEST_F(Verbs, RemoveRefusesTheRunningAndForceDoesNot) {
  running();
  EXPECT_EQ(code_of([&] { remove(engine.get(), "box"); }), Code::kInvalid);
  RemoveOptions force;
  force.force = true;
  remove(engine.get(), "box", force);
  engine.run_exit_commands();
  EXPECT_TRUE(engine.traces().empty());
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, ForceRemovesThePaused) {
  running();
  pause(engine.get(), "box");
  RemoveOptions force;
  force.force = true;
  remove(engine.get(), "box", force);
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, RestartOfEachState) {
  create();
  restart(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  const int first = state().pid;
  restart(engine.get(), "box");
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_NE(state().pid, first);
}

TEST_F(Verbs, RebootResetsWhatIsVolatile) {
  running("was-running");
  const std::string id = running("was-exited");
  engine.world.exit(id, 5);
  engine.run_exit_commands();
  engine.reboot();
  EXPECT_EQ(state("was-running").status, Status::kConfigured);
  EXPECT_EQ(state("was-exited").status, Status::kExited);
  EXPECT_EQ(state("was-exited").exit_code, 5);
  start(engine.get(), "was-running");
  start(engine.get(), "was-exited");
  EXPECT_EQ(state("was-running").status, Status::kRunning);
  EXPECT_EQ(state("was-exited").status, Status::kRunning);
}

TEST_F(Verbs, AutoRemoveGoesWhenItEnds) {
  auto request = FakeEngine::request("box");
  request.config.auto_remove = true;
  const std::string id = lifecycle::create(engine.get(), request);
  start(engine.get(), id);
  engine.world.exit(id, 0);
  engine.run_exit_commands();
  EXPECT_TRUE(engine.traces().empty());
  EXPECT_TRUE(engine.records().empty());
  EXPECT_EQ(engine.state.durable_commits(), 1);  // the image alone
}

TEST_F(Verbs, RestartPolicyCountsAndEnds) {
  auto request = FakeEngine::request("box");
  request.config.restart = {"on-failure", 1};
  const std::string id = lifecycle::create(engine.get(), request);
  start(engine.get(), id);
  engine.world.exit(id, 1);
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kRunning);
  EXPECT_EQ(state().restart_count, 1U);
  engine.world.exit(id, 1);
  engine.run_exit_commands();
  EXPECT_EQ(state().status, Status::kExited);
}

TEST_F(Verbs, DependencyIsStartedFirstAndRemovedLast) {
  const std::string base = create("base");
  auto request = FakeEngine::request("box");
  request.requires_containers = {"base"};
  lifecycle::create(engine.get(), request);
  start(engine.get(), "box");
  EXPECT_EQ(state("base").status, Status::kRunning);
  stop(engine.get(), "base");
  EXPECT_EQ(code_of([&] { remove(engine.get(), "base"); }), Code::kExists);
  RemoveOptions both;
  both.force = both.depend = true;
  EXPECT_EQ(remove(engine.get(), "base", both).size(), 2U);
  engine.run_exit_commands();
  EXPECT_TRUE(engine.records().empty());
}

TEST_F(Verbs, RenameFreesTheOldName) {
  const std::string id = create();
  rename(engine.get(), "box", "crate");
  EXPECT_EQ(inspect(engine.get(), "crate").config.id, id);
  EXPECT_EQ(code_of([&] { (void)inspect(engine.get(), "box"); }), Code::kNotFound);
  create("box");
  EXPECT_EQ(code_of([&] { rename(engine.get(), "box", "crate"); }), Code::kExists);
}

TEST_F(Verbs, WaitAnswersTheExitCode) {
  const std::string id = running();
  engine.world.exit(id, 9);
  EXPECT_EQ(wait(engine.get(), "box"), 9);
  EXPECT_EQ(wait(engine.get(), "box", {{"stopped"}}), 9);
  EXPECT_EQ(code_of([&] { (void)wait(engine.get(), "box", {{"sleeping"}}); }), Code::kInvalid);
}

TEST_F(Verbs, IdsByUniquePrefix) {
  const std::string id = create();
  EXPECT_EQ(inspect(engine.get(), id.substr(0, 12)).config.id, id);
  EXPECT_EQ(code_of([&] { (void)inspect(engine.get(), "nosuch"); }), Code::kNotFound);
  EXPECT_NE(words.find("no such container"), std::string::npos);
}

}  // namespace
}  // namespace gantry::lifecycle
