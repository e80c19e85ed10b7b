// SPDX-License-Identifier: Apache-2.0
//
// What is around a container: restart policies, dependencies, secrets, health records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <csignal>

#include "core/lifecycle/restart_policy.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/healthcheck.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "core/lifecycle/verbs/wait.h"
#include "core/secrets/secrets.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using model::Status;
using testing::ElementsAre;
using testing::HasSubstr;

class AroundTest : public testing::Test {
 protected:
  std::string make(const std::string& name, const std::string& policy = "no",
                   const std::vector<std::string>& needs = {}) {
    CreateRequest request = fakes::FakeEngine::request(name);
    request.config.restart.name = policy;
    request.config.restart.max_retries = policy == "on-failure" ? 2 : 0;
    request.requires_containers = needs;
    return create(engine(), request);
  }
  engine::Engine& engine() { return fakes_.get(); }
  model::ContainerState state(const std::string& name) { return inspect(engine(), name).state; }
  void end(const std::string& id, int code) {
    fakes_.world.exit(id, code);
    fakes_.run_exit_commands();
  }
  template <typename F>
  std::string failure(F f) {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  fakes::FakeEngine fakes_;
};

TEST_F(AroundTest, OnFailureCountsUntilTheUserStarts) {
  const std::string id = make("c", "on-failure");
  start(engine(), id);
  for (unsigned restarts : {1U, 2U}) {
    end(id, 3);
    EXPECT_EQ(state(id).status, Status::kRunning);
    EXPECT_EQ(state(id).restart_count, restarts);
  }
  end(id, 3);
  EXPECT_EQ(state(id).status, Status::kExited);
  EXPECT_EQ(state(id).restart_count, 2U);
  start(engine(), id);
  EXPECT_EQ(state(id).restart_count, 0U);
  end(id, 0);
  EXPECT_EQ(state(id).status, Status::kExited);
}

// Labels are an image's to choose.
TEST_F(AroundTest, LabelsNeitherFloodEventsNorSpeakForTheEngine) {
  CreateRequest request = fakes::FakeEngine::request("c");
  request.config.labels = {
      {"containerExitCode", "0"}, {"huge", std::string(1 << 20, 'x')}, {"small", "kept"}};
  const std::string id = create(engine(), request);
  start(engine(), id);
  end(id, 3);
  std::map<std::string, std::string> died;
  engine().events.read({}, [&](const events::Event& event) {
    died = event.action == "died" ? event.attributes : died;
    return true;
  });
  EXPECT_EQ(died.at("containerExitCode"), "3");
  EXPECT_EQ(died.at("small"), "kept");
  EXPECT_FALSE(died.contains("huge"));
}

TEST_F(AroundTest, NoPolicyAfterTheUsersStopOrKill) {
  const std::string id = make("c", "always");
  start(engine(), id);
  end(id, 0);
  EXPECT_EQ(state(id).status, Status::kRunning);
  stop(engine(), id);
  fakes_.run_exit_commands();
  EXPECT_EQ(state(id).status, Status::kExited);
  start(engine(), id);
  kill(engine(), id, SIGTERM);
  fakes_.run_exit_commands();
  EXPECT_EQ(state(id).status, Status::kExited);
}

TEST_F(AroundTest, StartsWhatItNeedsFirst) {
  const std::string a = make("a");
  const std::string b = make("b", "no", {"a"});
  const std::string c = make("c", "no", {"b", "a"});
  start(engine(), c);
  for (const std::string& id : {a, b, c}) {
    EXPECT_EQ(state(id).status, Status::kRunning);
  }
  EXPECT_LT(state(a).started_ns, state(b).started_ns);
  EXPECT_LT(state(b).started_ns, state(c).started_ns);
}

TEST_F(AroundTest, NamesTheOneThatDoesNotStart) {
  const std::string a = make("a");
  const std::string b = make("b", "no", {"a"});
  fakes::FakeBehaviour broken;
  broken.create_fails = "broken";
  fakes_.world.set_behaviour(a, broken);
  EXPECT_THAT(failure([&] { start(engine(), b); }),
              HasSubstr("container a, which b depends on"));
  EXPECT_EQ(state(b).status, Status::kConfigured);
}

TEST_F(AroundTest, NothingGoesBeforeWhatDependsOnIt) {
  const std::string a = make("a");
  const std::string b = make("b", "no", {"a"});
  const std::string c = make("c", "no", {"b", "a"});
  start(engine(), c);
  EXPECT_THAT(failure([&] { (void)remove(engine(), a, {.force = true}); }), HasSubstr(b));
  EXPECT_EQ(state(a).status, Status::kRunning);
  EXPECT_THAT(remove(engine(), a, {.force = true, .depend = true, .timeout_s = 0}),
              ElementsAre(c, b, a));
  EXPECT_TRUE(fakes_.traces().empty());
}

TEST_F(AroundTest, SecretsComeAndGoWithTheRun) {
  secrets::Secrets secrets(engine().store, engine().layout.secrets());
  secrets::NewSecret secret;
  secret.name = "word";
  secret.data = "hidden";
  (void)secrets.create(secret);
  CreateRequest request = fakes::FakeEngine::request("c");
  model::SecretUse file;
  file.name = "word";
  file.target = "/run/secrets/word";
  model::SecretUse variable = file;
  variable.type = "env";
  variable.target = "WORD";
  request.config.secrets = {file, variable};
  const std::string id = create(engine(), request);
  const std::vector<std::string> before = fakes_.traces();
  start(engine(), id);
  EXPECT_EQ(read_file(engine().layout.secret_files(id) / "0"), "hidden");
  const std::string config = read_file(engine().layout.bundle(id) / "config.json");
  EXPECT_THAT(config, HasSubstr("WORD=hidden"));
  EXPECT_THAT(config, HasSubstr("/run/secrets/word"));
  stop(engine(), id);
  EXPECT_FALSE(gantry::exists(engine().layout.secret_files(id)));
  (void)secrets.remove("word");
  EXPECT_THAT(failure([&] { start(engine(), id); }), HasSubstr("no such secret"));
  EXPECT_EQ(fakes_.traces(), before);
}

TEST_F(AroundTest, UnknownSecretsAreRefusedAtOnce) {
  CreateRequest request = fakes::FakeEngine::request("c");
  model::SecretUse use;
  use.name = "none";
  request.config.secrets = {use};
  EXPECT_THAT(failure([&] { (void)create(engine(), request); }), HasSubstr("no such secret"));
}

HealthRequest looking() {
  HealthRequest health;
  health.test = {{"CMD", "look"}};
  health.retries = 1;
  health.timeout_ns = 3'600'000'000'000;  // the pids of fakes are no processes to end
  return health;
}

TEST_F(AroundTest, ChecksHealthByExec) {
  CreateRequest request = fakes::FakeEngine::request("c");
  request.health = looking();
  const std::string id = create(engine(), request);
  EXPECT_THAT(failure([&] { (void)check_health(engine(), id); }), HasSubstr("not running"));
  start(engine(), id);
  EXPECT_EQ(inspect(engine(), id).health->status, "starting");
  fakes::FakeBehaviour ill;
  ill.exec_exit_code = 1;
  ill.output = "bad";
  fakes_.world.set_behaviour(id, ill);
  EXPECT_FALSE(check_health(engine(), id));
  EXPECT_EQ(inspect(engine(), id).health->status, "unhealthy");
  ill.exec_exit_code = 0;
  fakes_.world.set_behaviour(id, ill);
  EXPECT_TRUE(check_health(engine(), id));
  EXPECT_EQ(inspect(engine(), id).health->status, "healthy");
}

TEST_F(AroundTest, UnhealthyIsKilledWhenAsked) {
  CreateRequest request = fakes::FakeEngine::request("c");
  request.health = looking();
  request.health.on_failure = "kill";
  const std::string id = create(engine(), request);
  fakes::FakeBehaviour ill;
  ill.exec_exit_code = 1;
  fakes_.world.set_behaviour(id, ill);
  start(engine(), id);
  EXPECT_FALSE(check_health(engine(), id));
  fakes_.run_exit_commands();
  EXPECT_EQ(state(id).status, Status::kExited);
  // What was wrong is told after the end, too, and forgotten by the next start.
  EXPECT_EQ(inspect(engine(), id).health->status, "unhealthy");
  EXPECT_EQ(wait(engine(), id, {.conditions = {"unhealthy"}}), -1);
  start(engine(), id);
  EXPECT_EQ(inspect(engine(), id).health->status, "starting");
}

TEST_F(AroundTest, TheStartupCheckComesFirst) {
  CreateRequest request = fakes::FakeEngine::request("c");
  request.health = looking();
  request.health.startup.test = {"CMD", "peek"};
  request.health.startup.timeout_ns = 3'600'000'000'000;
  request.health.startup.successes = 2;
  const std::string id = create(engine(), request);
  start(engine(), id);
  fakes::FakeBehaviour ill;
  ill.exec_exit_code = 1;
  fakes_.world.set_behaviour(id, ill);
  EXPECT_FALSE(check_health(engine(), id));
  EXPECT_EQ(inspect(engine(), id).health->status, "starting");
  EXPECT_EQ(inspect(engine(), id).health->failing_streak, 0);
  fakes_.world.set_behaviour(id, {});
  EXPECT_TRUE(check_health(engine(), id));
  EXPECT_TRUE(check_health(engine(), id));
  EXPECT_EQ(inspect(engine(), id).health->status, "starting");
  EXPECT_TRUE(check_health(engine(), id));
  EXPECT_EQ(inspect(engine(), id).health->status, "healthy");
}

}  // namespace
}  // namespace gantry::lifecycle
