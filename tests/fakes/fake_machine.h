// SPDX-License-Identifier: Apache-2.0
//
// The machine's ports in memory: a clock ticked by hand, mounts as a set of paths, processes
// as a set of pids. Used by one thread; outlives what uses it.
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/ports/machine.h"
#include "sdk/support/files.h"

namespace gantry::fakes {

class FakeClock final : public ports::Clock {
 public:
  std::int64_t now_ns() override { return now_ += 1'000'000; }
  void tick(std::int64_t ns) { now_ += ns; }

 private:
  std::int64_t now_ = 1'700'000'000'000'000'000;
};

class FakeMounter final : public ports::Mounter {
 public:
  std::function<void(std::string_view operation)> before;
  std::function<void(std::string_view operation)> after;

  void mount_tmpfs(const std::filesystem::path& path, std::int64_t, unsigned) override {
    act("mounter.mount", [&] {
      std::filesystem::create_directories(path);
      mounts_.insert(path);
    });
  }
  void bind(int, const std::filesystem::path& path, bool) override {
    act("mounter.bind", [&] { mounts_.insert(path); });
  }
  void bind_mapped(int, const std::filesystem::path& path, bool,
                   const model::IdMapping&) override {
    act("mounter.bind", [&] { mounts_.insert(path); });
  }
  void mount_overlay(const ports::OverlayFolders&, const std::filesystem::path& path) override {
    act("mounter.overlay", [&] { mounts_.insert(path); });
  }
  UniqueFd hold(const std::filesystem::path& path) override {
    UniqueFd held;
    act("mounter.hold", [&] { held = open_file(path, O_PATH | O_DIRECTORY); });
    return held;
  }
  void unmount(const std::filesystem::path& path) override {
    act("mounter.unmount", [&] { mounts_.erase(path); });
  }
  void pin_netns(const std::filesystem::path& path) override {
    act("mounter.pin", [&] { mounts_.insert(path); });
  }
  void pin_netns_of(int, const std::filesystem::path& path) override { pin_netns(path); }
  void unpin_netns(const std::filesystem::path& path) override {
    act("mounter.unpin", [&] { mounts_.erase(path); });
  }

  [[nodiscard]] const std::set<std::filesystem::path>& mounts() const { return mounts_; }
  void reboot() { mounts_.clear(); }

 private:
  template <typename F>
  void act(std::string_view operation, F&& f) {
    if (before) {
      before(operation);
    }
    f();
    if (after) {
      after(operation);
    }
  }
  std::set<std::filesystem::path> mounts_;
};

class FakeProcesses final : public ports::Processes {
 public:
  std::set<int> dead;  // all others live

  bool alive(int pid) override { return !dead.contains(pid); }
  void kill(int, int) override {}
  bool wait_gone(int, std::chrono::milliseconds) override { return true; }
  std::string boot_id() override { return boot_id_; }
  void reboot() { boot_id_ += "+"; }

 private:
  std::string boot_id_ = "boot";
};

}  // namespace gantry::fakes
