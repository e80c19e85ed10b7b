// SPDX-License-Identifier: Apache-2.0
//
// What a power cut must not take: which syncs the driver makes, and in which order.
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "tests/unit/storage-overlay/fixture.h"

namespace {

std::vector<std::string>& synced() {
  static std::vector<std::string> calls;
  return calls;
}

int note(const char* how, int fd, long number) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  synced().push_back(how +
                     std::string(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
  return static_cast<int>(::syscall(number, fd));
}

}  // namespace

// In the place of the C library's.
extern "C" int fsync(int fd) { return note("fsync ", fd, SYS_fsync); }
extern "C" int syncfs(int fd) noexcept { return note("syncfs ", fd, SYS_syncfs); }

namespace gantry::storage_overlay {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

class SyncTest : public OverlayTest {
 protected:
  void SetUp() override {
    OverlayTest::SetUp();
    synced().clear();
  }
};

TEST_F(SyncTest, AnImageLayerIsOnDiskBeforeItIsListed) {
  import("image", "", make_tar({{ "a", "1" }}));
  EXPECT_THAT(synced(), ElementsAre(StartsWith("syncfs "), EndsWith("/layers")));
}

TEST_F(SyncTest, SoIsTheRecordOfAContainersLayer) {
  create("c", "", true);
  storage_->commit("c");
  EXPECT_THAT(synced(), ElementsAre(EndsWith("/staging/c/layer"), EndsWith("/layers")));
}

TEST_F(SyncTest, AndWhatItBeginsWith) {
  import("c", "", make_tar({{ "a", "1" }}), GANTRY_LAYER_WRITABLE);
  EXPECT_THAT(synced(), ElementsAre(StartsWith("syncfs "), EndsWith("/layers")));
}

TEST_F(SyncTest, NobodyWaitsForAVolatileLayer) {
  create("c", "", true, {}, R"({"volatile":"true"})");
  storage_->commit("c");
  EXPECT_THAT(synced(), IsEmpty());
}

}  // namespace
}  // namespace gantry::storage_overlay
