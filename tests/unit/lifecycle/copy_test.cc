// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/copy.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/remove.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

namespace fs = std::filesystem;

// A container that does not run, whose root file system is a plain folder.
class Copy : public ::testing::Test {
 protected:
  Copy() : host_(make_temp_directory(fs::temp_directory_path() / "gantry-copy-XXXXXX")) {
    fakes::FakeEngine& engine = engine_;
    id_ = create(engine.get(), fakes::FakeEngine::request("box"));
    root_ = engine.storage("").mount(
        {.id = id_, .read_only = false, .mount_label = {}, .mapping = {}});
    engine.storage("").unmount(id_);
    fs::create_directories(root_ / "srv");
    std::ofstream(host_ / "file") << "text";
  }
  ~Copy() override {
    std::error_code ignored;
    fs::remove_all(host_, ignored);
  }
  void in(const std::string& from, const std::string& to) {
    copy(engine_.get(), {.path = from}, {.container = "box", .path = to});
  }
  void out(const std::string& from, const std::string& to) {
    copy(engine_.get(), {.container = "box", .path = from}, {.path = to});
  }

  fakes::FakeEngine engine_;
  fs::path host_;
  fs::path root_;
  std::string id_;
};

TEST_F(Copy, PutsAFileIntoAFolderOrGivesItAName) {
  in(host_ / "file", "/srv");
  in(host_ / "file", "/srv/named");
  EXPECT_EQ(read_file(root_ / "srv/file"), "text");
  EXPECT_EQ(read_file(root_ / "srv/named"), "text");
}

TEST_F(Copy, TakesAFolderOrWhatItHolds) {
  fs::create_directories(root_ / "srv/deep");
  std::ofstream(root_ / "srv/deep/file") << "deep";
  out("/srv", host_);
  out("/srv/.", host_ / "new");
  EXPECT_EQ(read_file(host_ / "srv/deep/file"), "deep");
  EXPECT_EQ(read_file(host_ / "new/deep/file"), "deep");
}

TEST_F(Copy, LinksLeadWhereTheyLeadInside) {
  fs::create_symlink("/srv", root_ / "short");
  fs::create_symlink(host_, root_ / "out");
  in(host_ / "file", "/short/file");
  EXPECT_EQ(read_file(root_ / "srv/file"), "text");
  EXPECT_THROW(in(host_ / "file", "/out/evil"), Error);
  EXPECT_FALSE(fs::exists(host_ / "evil"));
}

TEST_F(Copy, WritesThroughALinkToAFileButNotOut) {
  std::ofstream(host_ / "outside") << "untouched";
  std::ofstream(root_ / "srv/target") << "old";
  fs::create_symlink("srv/target", root_ / "link");
  fs::create_symlink(host_ / "outside", root_ / "trap");
  in(host_ / "file", "/link");
  EXPECT_EQ(read_file(root_ / "srv/target"), "text");
  EXPECT_THROW(in(host_ / "file", "/trap"), Error);
  EXPECT_EQ(read_file(host_ / "outside"), "untouched");
}

TEST_F(Copy, NamesWhatIsNotThere) {
  EXPECT_THROW(out("/nosuch", host_), Error);
  EXPECT_THROW(in(host_ / "file", "/nosuch/"), Error);
  EXPECT_THROW(in(host_ / "nosuch", "/srv"), Error);
}

TEST_F(Copy, RefusesAFolderOverAFileAndIntoItself) {
  std::ofstream(root_ / "plain") << "file";
  EXPECT_THROW(in(host_, "/plain"), Error);
  EXPECT_THROW(copy(engine_.get(), {.container = "box", .path = "/"},
                    {.container = "box", .path = "/srv"}),
               Error);
}

TEST_F(Copy, LeavesNothingMounted) {
  in(host_ / "file", "/srv");
  EXPECT_THROW(in(host_ / "nosuch", "/srv"), Error);
  EXPECT_TRUE(!engine_.storage("").stat(id_).mounted);
  EXPECT_FALSE(gantry::exists(engine_.get().layout.mounts(id_)));
}

// A link that the container left in its root leads into what it was not to change.
TEST_F(Copy, WritesNothingThroughReadOnlyMounts) {
  if (::geteuid() != 0) {
    const char* required = std::getenv("GANTRY_TEST_REQUIRE");
    ASSERT_FALSE(required != nullptr && std::string_view(required) == "all") << "not root";
    GTEST_SKIP() << "needs root";
  }
  const fs::path below = host_ / "data/below";
  fs::create_directories(below);
  ASSERT_EQ(::mount("tmpfs", below.c_str(), "tmpfs", 0, nullptr), 0);
  const Cleanup unmount([&] { (void)::umount2(below.c_str(), MNT_DETACH); });
  for (const char* option : {"ro", "rro"}) {
    CreateRequest request = fakes::FakeEngine::request(option);
    model::Mount mount;
    mount.source = host_ / "data";
    mount.destination = "/host";
    mount.options = {option};
    request.config.mounts = {mount};
    (void)create(engine_.get(), request);
    for (const char* path : {"/host/", "/host/below/"}) {
      EXPECT_THROW(
          copy(engine_.get(), {.path = host_ / "file"}, {.container = option, .path = path}),
          Error)
          << option << path;
    }
  }
  EXPECT_TRUE(fs::is_empty(below));
  EXPECT_FALSE(fs::exists(host_ / "data/file"));
}

TEST_F(Copy, APlaceThatIsNoneEndsInAnError) {
  for (const char* destination : {"", "x"}) {
    CreateRequest request = fakes::FakeEngine::request("odd");
    model::Mount mount;
    mount.source = host_;
    mount.destination = destination;
    request.config.mounts = {mount};
    (void)create(engine_.get(), request);
    EXPECT_THROW(
        copy(engine_.get(), {.path = host_ / "file"}, {.container = "odd", .path = "/"}),
        Error);
    (void)remove(engine_.get(), "odd");
  }
}

TEST_F(Copy, NeedsAContainer) {
  EXPECT_THROW(copy(engine_.get(), {.path = "/a"}, {.path = "/b"}), Error);
}

}  // namespace
}  // namespace gantry::lifecycle
