// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/mortal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace gantry::fault {

namespace {

namespace fs = std::filesystem;

std::set<int> open_descriptors() {
  std::set<int> open;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    const std::string name = entry.path().filename();
    int fd = -1;
    (void)std::from_chars(name.data(), name.data() + name.size(), fd);
    open.insert(fd);
  }
  // That of the folder itself is closed by now.
  std::erase_if(open, [](int fd) { return ::fcntl(fd, F_GETFD) < 0; });
  return open;
}

// The thread's state and how often it was scheduled: one that sleeps and was not scheduled
// between two looks has slept all the while.
std::string activity_of(const fs::path& task) {
  std::ifstream stat(task / "stat");
  std::string line;
  std::getline(stat, line);
  const std::size_t end = line.rfind(')');
  std::string text = end == std::string::npos ? "" : line.substr(end + 2, 1);
  std::ifstream status(task / "status");
  while (std::getline(status, line)) {
    text += line.find("ctxt_switches") == std::string::npos ? "" : line;
  }
  return text;
}

// The threads of those that died before.
std::set<std::string>& graveyard() {
  static std::set<std::string> threads;
  return threads;
}

std::map<std::string, std::string> activity() {
  std::map<std::string, std::string> threads;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    const std::string id = task.path().filename();
    if (id != std::to_string(::gettid()) && !graveyard().contains(id)) {
      threads[id] = activity_of(task.path());
    }
  }
  return threads;
}

// Threads that the dead had started end or come to wait for it; a real death takes them along.
void wait_for_helpers() {
  const auto still = [](const auto& thread) { return thread.second.starts_with('S'); };
  for (auto before = activity();;) {
    std::this_thread::yield();
    auto now = activity();
    if (now == before && std::all_of(now.begin(), now.end(), still)) {
      for (const auto& [id, activity] : now) {
        graveyard().insert(id);
      }
      return;
    }
    before = std::move(now);
  }
}

// Shared with the thread, which keeps it for ever once it is dead.
struct End {
  std::mutex mutex;
  std::condition_variable changed;
  bool dead = false;
  bool done = false;
  std::exception_ptr failure;

  void tell(bool& what) {
    const std::lock_guard lock(mutex);
    what = true;
    changed.notify_all();
  }
};

}  // namespace

bool live(const std::function<void(const std::function<void()>& die)>& life) {
  const std::set<int> before = open_descriptors();
  const auto end = std::make_shared<End>();
  std::thread thread([end, life] {
    try {
      life([end] {
        end->tell(end->dead);
        for (;;) {
          (void)::pause();
        }
      });
    } catch (...) {
      end->failure = std::current_exception();
    }
    end->tell(end->done);
  });
  {
    std::unique_lock lock(end->mutex);
    end->changed.wait(lock, [&] { return end->dead || end->done; });
  }
  if (!end->dead) {
    thread.join();
    if (end->failure) {
      std::rethrow_exception(end->failure);
    }
    return false;
  }
  thread.detach();
  wait_for_helpers();
  for (const int fd : open_descriptors()) {
    if (!before.contains(fd)) {
      (void)::close(fd);
    }
  }
  return true;
}

}  // namespace gantry::fault
