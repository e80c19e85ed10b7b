// SPDX-License-Identifier: Apache-2.0
//
// Containers with a user namespace: who gets which ids, and when.
#include "core/lifecycle/user_namespace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::IdRange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The container's root is who runs the test: files can be given to oneself without rights.
class UserNamespaceTest : public testing::Test {
 protected:
  UserNamespaceTest() {
    fakes_.settings().subuid_file = fakes_.folder() / "subuid";
    fakes_.settings().subgid_file = fakes_.folder() / "subgid";
    grant(10000);
  }
  void grant(unsigned count) {
    const auto line = [&](unsigned first) {
      return "containers:" + std::to_string(first) + ":" + std::to_string(count) + "\n";
    };
    write_file(fakes_.folder() / "subuid", line(::geteuid()));
    write_file(fakes_.folder() / "subgid", line(::getegid()));
  }
  std::string make(const std::string& name, const model::NamespaceMode& mode) {
    CreateRequest request = FakeEngine::request(name);
    request.config.user = mode;
    return create(fakes_.get(), request);
  }
  model::IdMapping mapping(const std::string& name) {
    return inspect(fakes_.get(), name).config.id_mapping;
  }
  template <typename F>
  static std::string error_of(F f) {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }
  FakeEngine fakes_;
  std::uint32_t uid_ = ::geteuid();
  std::uint32_t gid_ = ::getegid();
};

TEST_F(UserNamespaceTest, AutoTakesWhatNobodyHas) {
  make("a", {"auto", "size=100"});
  make("b", {"auto", "size=50,gidmapping=0:7:1"});
  EXPECT_THAT(mapping("a").uids, ElementsAre(IdRange{0, uid_, 100}));
  EXPECT_THAT(mapping("b").uids, ElementsAre(IdRange{0, uid_ + 100, 50}));
  EXPECT_THAT(mapping("b").gids, ElementsAre(IdRange{1, gid_ + 100, 49}, IdRange{0, 7, 1}));
  (void)remove(fakes_.get(), "a");
  make("c", {"auto", "size=10"});
  EXPECT_THAT(mapping("c").uids, ElementsAre(IdRange{0, uid_, 10})) << "free with the record";
}

TEST_F(UserNamespaceTest, AutoFitsImageAndUser) {
  make("a", {"auto", ""});
  EXPECT_EQ(mapping("a").uids.front().count, std::max(1024U, std::max(uid_, gid_) + 1));
  CreateRequest request = FakeEngine::request("b");
  request.config.user.mode = "auto";
  request.user = "3000:4000";
  (void)create(fakes_.get(), request);
  EXPECT_EQ(mapping("b").uids.front().count, std::max(4001U, std::max(uid_, gid_) + 1));
  for (const std::string& layer : fakes_.traces()) {
    EXPECT_THAT(layer, testing::Not(HasSubstr("-ids"))) << "the layer to look at is gone";
  }
  request.config.name = "c";
  request.user = "70000";
  EXPECT_THAT(error_of([&] { (void)create(fakes_.get(), request); }),
              HasSubstr("--userns=auto:size=70001"));
}

TEST_F(UserNamespaceTest, AFailureLeavesNothing) {
  grant(20);
  EXPECT_THAT(error_of([&] {
                make("a", {"auto", "size=21"});
              }),
              HasSubstr("could not find enough available IDs"));
  write_file(fakes_.folder() / "subgid", "somebody:1:1\n");
  EXPECT_THAT(error_of([&] {
                make("a", {"auto", "size=5"});
              }),
              HasSubstr("no subgid ranges found for user \"containers\""));
  EXPECT_THAT(fakes_.traces(), IsEmpty());
  EXPECT_THAT(fakes_.records(), IsEmpty());
}

TEST_F(UserNamespaceTest, TheLayerGetsTheMapping) {
  const std::string id = make("a", {"auto", "size=100"});
  EXPECT_EQ(fakes_.layer_mapping(id), mapping("a"));
}

TEST_F(UserNamespaceTest, AContainersNamespaceIsSharedWithItsMapping) {
  const std::string a = make("a", {"auto", "size=100"});
  make("b", {"container", "a"});
  EXPECT_EQ(mapping("b"), mapping("a"));
  EXPECT_THAT(inspect(fakes_.get(), "b").config.depends_on, ElementsAre(a));
  make("plain", {"host", ""});
  make("c", {"container", "plain"});
  EXPECT_TRUE(mapping("c").empty());
}

TEST_F(UserNamespaceTest, ByNameAndByHand) {
  write_file(fakes_.folder() / "subuid", "me:500:3\nme:900:4\n");
  write_file(fakes_.folder() / "subgid", "you:600:5\n");
  CreateRequest request = FakeEngine::request("a");
  request.subuid_name = "me";
  request.subgid_name = "you";
  request.config.id_mapping = {{{7, 1, 1}}, {{5, 2, 1}}};
  (void)create(fakes_.get(), request);
  EXPECT_THAT(mapping("a").uids,
              ElementsAre(IdRange{0, 500, 3}, IdRange{3, 900, 4}, IdRange{7, 1, 1}));
  EXPECT_THAT(mapping("a").gids, ElementsAre(IdRange{0, 600, 5}, IdRange{5, 2, 1}));
  request.config.name = "b";
  request.config.id_mapping = {{{0, 1, 1}}, {{5, 2, 1}}};
  EXPECT_THAT(error_of([&] { (void)create(fakes_.get(), request); }), HasSubstr("overlap"));
}

// The runtime makes the network namespace, so it must have done so before it is set up.
TEST_F(UserNamespaceTest, TheNetworkIsSetUpOnceTheContainerIsCreated) {
  const std::string id = make("a", {"auto", "size=100"});
  std::vector<std::string> calls;
  fakes_.set_hook([&](std::string_view operation) { calls.emplace_back(operation); });
  start(fakes_.get(), "a");
  fakes_.set_hook(nullptr);
  const auto first = [&](const char* operation) {
    return std::find(calls.begin(), calls.end(), operation) - calls.begin();
  };
  EXPECT_LT(first("monitor.launch"), first("mounter.pin"));
  EXPECT_LT(first("monitor.finish"), first("mounter.pin"));
  EXPECT_LT(first("mounter.pin"), first("network.setup"));
  EXPECT_LT(first("network.setup"), first("runtime.start"));
  const Inspected a = inspect(fakes_.get(), "a");
  EXPECT_EQ(a.state.status, model::Status::kRunning);
  EXPECT_EQ(a.state.netns_path, fakes_.get().layout.netns(id));
  const Json config =
      parse_json(read_file(fakes_.get().layout.bundle(id) / "config.json"), "config");
  for (const Json& each : config["linux"]["namespaces"]) {
    EXPECT_FALSE(each.contains("path")) << each;
  }
  EXPECT_EQ(config["linux"]["uidMappings"][0]["hostID"], uid_);
  (void)remove(fakes_.get(), "a", {.force = true});
  EXPECT_THAT(fakes_.traces(), IsEmpty());
}

TEST_F(UserNamespaceTest, AUserThatIsNotMappedIsRefused) {
  CreateRequest request = FakeEngine::request("a");
  request.config.id_mapping = {{{0, uid_, 10}}, {{0, gid_, 10}}};
  request.user = "10:5";
  (void)create(fakes_.get(), request);
  EXPECT_THAT(error_of([&] { start(fakes_.get(), "a"); }),
              HasSubstr("container a does not map user 10"));
  EXPECT_EQ(inspect(fakes_.get(), "a").state.status, model::Status::kConfigured);
}

TEST_F(UserNamespaceTest, AClosedFolderOnTheWayIsNamed) {
  model::ContainerConfig config;
  config.name = "a";
  const std::filesystem::path folder = fakes_.folder() / "closed";
  make_directories(folder / "root");
  ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  EXPECT_NO_THROW(require_passable(config, folder / "root")) << "without a mapping";
  config.id_mapping = {{{0, uid_, 1}}, {{0, gid_, 1}}};
  EXPECT_NO_THROW(require_passable(config, folder / "root")) << "its owner";
  config.id_mapping = {{{0, uid_ + 1, 1}}, {{0, gid_ + 1, 1}}};
  EXPECT_THAT(error_of([&] { require_passable(config, folder / "root"); }),
              HasSubstr("cannot pass " + fakes_.folder().string() + " "));
  ASSERT_EQ(::chmod(fakes_.folder().c_str(), 0711), 0);
  EXPECT_THAT(error_of([&] { require_passable(config, folder / "root"); }),
              HasSubstr("chmod o+x " + folder.string() + ","));
  ASSERT_EQ(::chmod(folder.c_str(), 0711), 0);
  EXPECT_NO_THROW(require_passable(config, folder / "root"));
}

}  // namespace
}  // namespace gantry::lifecycle
