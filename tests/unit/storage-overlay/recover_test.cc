// SPDX-License-Identifier: Apache-2.0
//
// What the dead leave behind, and what the living do at the same time.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "tests/unit/storage-overlay/fixture.h"

namespace gantry::storage_overlay {
namespace {

class RecoverTest : public OverlayTest {
 protected:
  // Runs work in a child process, which ends as soon as it returns.
  template <typename Work>
  static pid_t in_child(const Work& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      try {
        work();
      } catch (const std::exception& e) {
        (void)::write(2, e.what(), std::string_view(e.what()).size());
        ::_exit(1);
      }
      ::_exit(0);
    }
    return pid;
  }
  static int wait_for(pid_t pid) {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return status;
  }
  [[nodiscard]] bool is_empty(const char* folder) const {
    return std::filesystem::is_empty(root_ / folder);
  }
};

TEST_F(RecoverTest, KilledWhileUnpacking) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  const pid_t pid = in_child([&] {
    (void)::close(fds[1]);
    const auto mine = open_storage();
    mine->create({"l", "", 0, {}, ""});
    (void)mine->apply("l", fds[0]);
  });
  UniqueFd write_end(fds[1]);
  const UniqueFd read_end(fds[0]);
  const std::string tar = make_tar({{"a", "1"}, {"b", std::string(100'000, 'x')}});
  write_all(write_end.get(), tar.substr(0, 60'000), "pipe");
  while (!gantry::exists(root_ / "staging/l/diff/b")) {
    std::this_thread::yield();
  }
  storage_->recover();
  EXPECT_TRUE(gantry::exists(root_ / "staging/l/diff/b")) << "its maker lives";
  EXPECT_EQ(error_of([&] { create("l", ""); }).first, Code::kExists);
  EXPECT_EQ(error_of([&] { storage_->remove("l"); }).first, Code::kBusy);
  EXPECT_EQ(error_of([&] { storage_->commit("l"); }).first, Code::kBusy);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  EXPECT_TRUE(WIFSIGNALED(wait_for(pid)));

  EXPECT_EQ(error_of([&] { storage_->commit("l"); }).first, Code::kInvalid)
      << "half of a layer";
  storage_ = open_storage();
  storage_->recover();
  EXPECT_TRUE(is_empty("staging"));
  EXPECT_TRUE(is_empty("trash"));
  storage_->recover();
  import("l", "", tar);
  EXPECT_EQ(read_file(root_ / "layers/l/diff/a"), "1");
}

TEST_F(RecoverTest, SameIdAgainAfterDeath) {
  EXPECT_EQ(wait_for(in_child([&] {
              const auto mine = open_storage();
              mine->create({"c", "", GANTRY_LAYER_WRITABLE, {}, ""});
            })),
            0);
  EXPECT_TRUE(gantry::exists(root_ / "staging/c"));
  create("c", "", true);
  storage_->recover();
  storage_->commit("c");
  EXPECT_TRUE(is_empty("staging"));
  EXPECT_EQ(wait_for(in_child([&] {
              const auto mine = open_storage();
              mine->create({"d", "", GANTRY_LAYER_WRITABLE, {}, ""});
            })),
            0);
  storage_->remove("d");
  EXPECT_TRUE(is_empty("staging"));
}

TEST_F(RecoverTest, ManyThreadsMountOneLayerOnce) {
  import("image", "", make_tar({{ "a", "1" }}));
  for (int round = 0; round < 10; ++round) {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto mine = open_storage();
        good += gantry::exists(mine->mount({"image", 0, "", {}}) + "/a") ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(good, 8);
    EXPECT_EQ(sh("grep -c " + root_.string() + " /proc/self/mountinfo"), "1\n");
    storage_->unmount("image");
  }
}

TEST_F(RecoverTest, ManyProcessesMakeAndRemoveLayers) {
  import("image", "", make_tar({{ "a", "1" }}));
  std::vector<pid_t> children;
  for (int child = 0; child < 8; ++child) {
    children.push_back(in_child([&] {
      const auto mine = open_storage();
      for (int i = 0; i < 15; ++i) {
        const std::string id = "c" + std::to_string(child) + "-" + std::to_string(i);
        mine->create({id, "image", GANTRY_LAYER_WRITABLE, {}, ""});
        mine->recover();
        mine->commit(id);
        write_file(mine->mount({id, 0, "", {}}) + "/x", id);
        (void)mine->mount({"image", 0, "", {}});
        mine->unmount(id);
        mine->remove(id);
      }
    }));
  }
  for (const pid_t pid : children) {
    EXPECT_EQ(wait_for(pid), 0);
  }
  EXPECT_TRUE(is_empty("staging"));
  EXPECT_TRUE(is_empty("trash"));
}

TEST_F(RecoverTest, DamagedRecordIsNamed) {
  create("c", "", true);
  storage_->commit("c");
  const std::string whole = read_file(root_ / "layers/c/layer");
  for (const std::string& text :
       {std::string(), std::string("gantry-layer 9\nend\n"), whole.substr(0, whole.size() - 2),
        std::string("gantry-layer 1\nlower ../../etc\nend\n"),
        std::string("gantry-layer 1\nuids 1:x:2\nend\n"),
        std::string("gantry-layer 1\nwhat 1\nend\n")}) {
    write_file(root_ / "layers/c/layer", text);
    const auto [code, message] = error_of([&] { mount("c"); });
    EXPECT_EQ(code, Code::kCorrupt) << text;
    EXPECT_NE(message.find("layers/c/layer"), std::string::npos) << message;
  }
  storage_->remove("c");
  EXPECT_TRUE(is_empty("layers"));
}

TEST_F(RecoverTest, MissingParentIsNamed) {
  import("image", "", make_tar({}));
  create("c", "image", true);
  storage_->commit("c");
  storage_->remove("image");
  const auto [code, message] = error_of([&] { mount("c"); });
  EXPECT_NE(message.find("layer image below it is gone"), std::string::npos) << message;
  storage_->remove("c");
}

}  // namespace
}  // namespace gantry::storage_overlay
