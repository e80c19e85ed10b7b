// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/exec_session.h"

#include <gtest/gtest.h>

#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/exec.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;

class ExecSessions : public testing::Test {
 protected:
  ExecSessions() {
    (void)create(fake.get(), FakeEngine::request("box"));
    start(fake.get(), "box");
  }
  std::string begin(bool terminal = false) {
    ExecRequest request;
    request.argv = {"sleep", "1000"};
    request.detach = true;
    request.terminal = terminal;
    std::string session;
    (void)exec(fake.get(), "box", request, {}, &session);
    return session;
  }
  FakeEngine fake;
};

TEST_F(ExecSessions, AreInspected) {
  const std::string id = begin();
  const model::ExecSession session = inspect_exec(fake.get(), "box", id);
  EXPECT_TRUE(session.running);
  EXPECT_EQ(session.argv, (std::vector<std::string>{"sleep", "1000"}));
  EXPECT_EQ(inspect_exec(fake.get(), "box", id.substr(0, 12)).id, id);
  fake.processes.dead.insert(session.pid);
  EXPECT_FALSE(inspect_exec(fake.get(), "box", id).running);
  EXPECT_THROW((void)inspect_exec(fake.get(), "box", "nosuch"), Error);
  EXPECT_THROW((void)inspect_exec(fake.get(), "box", ""), Error);
  EXPECT_THROW((void)inspect_exec(fake.get(), "nosuch", id), Error);
}

// Its client was killed, it ended, and its pid may be a stranger's by now.
TEST_F(ExecSessions, AreNotTakenForAStranger) {
  const std::string id = begin();
  const model::ExecSession session = inspect_exec(fake.get(), "box", id);
  fake.world.at(session.container_id).exec_monitors.erase(session.monitor_pid);
  EXPECT_FALSE(inspect_exec(fake.get(), "box", id).running);
  stop_exec(fake.get(), "box", id);
  EXPECT_FALSE(fake.processes.dead.contains(session.pid));
}

TEST_F(ExecSessions, AreListedOldestFirst) {
  const std::string first = begin();
  const std::string second = begin();
  const std::vector<model::ExecSession> all = list_execs(fake.get(), "box");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_LE(all[0].created_ns, all[1].created_ns);
  fake.world.exit(inspect(fake.get(), "box").config.id, 0);
  for (const model::ExecSession& session : list_execs(fake.get(), "box")) {
    EXPECT_FALSE(session.running) << "its container has ended";
  }
}

TEST_F(ExecSessions, AreStoppedAndForgotten) {
  const std::string id = begin();
  stop_exec(fake.get(), "box", id);
  EXPECT_TRUE(list_execs(fake.get(), "box").empty());
  const std::string container = inspect(fake.get(), "box").config.id;
  EXPECT_FALSE(gantry::exists(fake.get().layout.exec(container, id)));
  EXPECT_THROW(stop_exec(fake.get(), "box", id), Error);
}

TEST_F(ExecSessions, AreResizedWithATerminal) {
  const std::string with = begin(true);
  resize_exec(fake.get(), "box", with, 24, 80);
  EXPECT_THROW(resize_exec(fake.get(), "box", begin(), 24, 80), Error);
  fake.processes.dead.insert(inspect_exec(fake.get(), "box", with).pid);
  EXPECT_THROW(resize_exec(fake.get(), "box", with, 24, 80), Error);
}

}  // namespace
}  // namespace gantry::lifecycle
