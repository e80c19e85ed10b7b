// SPDX-License-Identifier: Apache-2.0
#include <gantry/error.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "core/tree/pack.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_state_store.h"

namespace gantry::volume {
namespace {

namespace fs = std::filesystem;

class Fill : public ::testing::Test {
 protected:
  Fill() {
    make_directories(folder_ / "source");
    write_file(folder_ / "source/file", "theirs");
    const UniqueFd source = open_file(folder_ / "source", O_RDONLY | O_DIRECTORY);
    const UniqueFd tar = open_file(folder_ / "tar", O_WRONLY | O_CREAT, 0600);
    tree::pack(source.get(), {}, tar.get(), "source");
  }
  ~Fill() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  // Whether it was filled.
  bool fill(const std::string& container) {
    const UniqueFd tar = open_file(folder_ / "tar", O_RDONLY);
    try {
      volumes_.fill("data", container, tar.get());
      return true;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kExists) << e.what();
      return false;
    }
  }
  fs::path file() { return volumes_.path("data") / "file"; }

  fs::path folder_ = make_temp_directory("/tmp/gantry-fill-test-XXXXXX");
  fakes::FakeStateStore backend_;
  store::Store store_{backend_};
  Volumes volumes_{store_, folder_ / "volumes"};
};

TEST_F(Fill, OneThatWasJustClaimed) {
  EXPECT_TRUE(volumes_.claim("data", "one", true));
  EXPECT_TRUE(fill("one"));
  EXPECT_EQ(read_file(file()), "theirs");
  EXPECT_FALSE(fill("one"));  // once in its life
}

TEST_F(Fill, NotUnderAnother) {
  volumes_.claim("data", "one", true);
  volumes_.claim("data", "two", false);
  EXPECT_FALSE(fill("one"));
  EXPECT_FALSE(gantry::exists(file()));
}

TEST_F(Fill, NotOneThatWasUsed) {
  make_directories(folder_ / "rootfs");
  volumes_.claim("data", "two", false);
  volumes_.settle("data", {.rootfs = folder_ / "rootfs", .destination = "/data"});
  volumes_.release("data", "two", false);
  EXPECT_FALSE(volumes_.claim("data", "one", true));
  EXPECT_FALSE(fill("one"));
  EXPECT_FALSE(gantry::exists(file()));
}

}  // namespace
}  // namespace gantry::volume
