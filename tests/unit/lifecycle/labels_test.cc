// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using testing::MatchesRegex;

class LabelsTest : public ::testing::Test {
 protected:
  LabelsTest() {
    const std::filesystem::path contexts = engine_.folder() / "lxc_contexts";
    write_file(contexts,
               "process = \"system_u:system_r:container_t:s0\"\n"
               "file = \"system_u:object_r:container_file_t:s0\"\n");
    engine_.settings().selinux_contexts = contexts;
  }
  model::SecurityConfig made(CreateRequest request) {
    return inspect(engine_.get(), create(engine_.get(), request)).config.security;
  }
  fakes::FakeEngine engine_;
};

TEST_F(LabelsTest, AreSettledByCreateAndPassedToTheRuntime) {
  CreateRequest request = fakes::FakeEngine::request("c");
  const std::string id = create(engine_.get(), request);
  const model::SecurityConfig security = inspect(engine_.get(), id).config.security;
  EXPECT_THAT(security.process_label,
              MatchesRegex("system_u:system_r:container_t:s0:c[0-9]+,c[0-9]+"));
  EXPECT_THAT(security.mount_label,
              MatchesRegex("system_u:object_r:container_file_t:s0:c[0-9]+,c[0-9]+"));
  start(engine_.get(), id);
  const Json spec =
      parse_json(read_file(engine_.get().layout.bundle(id) / "config.json"), "the spec");
  EXPECT_EQ(spec.at("process").at("selinuxLabel"), security.process_label);
  EXPECT_EQ(spec.at("linux").at("mountLabel"), security.mount_label);
}

TEST_F(LabelsTest, FollowTheOptions) {
  CreateRequest request = fakes::FakeEngine::request("typed");
  request.config.security.label_options = {"type:spc_t", "level:s0:c1,c2"};
  EXPECT_EQ(made(request).process_label, "system_u:system_r:spc_t:s0:c1,c2");
  request = fakes::FakeEngine::request("none");
  request.config.security.label_options = {"disable"};
  EXPECT_EQ(made(request).process_label, "");
}

TEST_F(LabelsTest, AreNoneWhereTheyWouldBeInTheWay) {
  CreateRequest request = fakes::FakeEngine::request("strong");
  request.config.security.privileged = true;
  EXPECT_EQ(made(request).process_label, "");
  request = fakes::FakeEngine::request("open");
  request.config.pid.mode = "host";
  EXPECT_EQ(made(request).process_label, "");
}

TEST_F(LabelsTest, AreSharedWithTheProcesses) {
  const model::SecurityConfig first = made(fakes::FakeEngine::request("first"));
  CreateRequest request = fakes::FakeEngine::request("second");
  request.config.pid = {"container", "first"};
  EXPECT_EQ(made(request).process_label, first.process_label);
}

}  // namespace
}  // namespace gantry::lifecycle
