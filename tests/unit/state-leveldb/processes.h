// SPDX-License-Identifier: Apache-2.0
//
// state_worker processes, with their standard input and output at hand.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <gantry/error.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sdk/support/subprocess.h"
#include "sdk/support/unique_fd.h"

namespace gantry::state_leveldb {

// No worker takes as long, wherever a sync takes half a second: longer, and it hangs.
constexpr std::chrono::minutes kHangGuard{4};

struct Worker {
  Child child;
  UniqueFd in;   // closing it ends workers that wait for it
  UniqueFd out;  // what it writes

  // Waits until the worker has written something, or has ended.
  [[nodiscard]] bool has_written() const {
    pollfd item{out.get(), POLLIN, 0};
    return ::poll(&item, 1, static_cast<int>(std::chrono::milliseconds(kHangGuard).count())) >
               0 &&
           (item.revents & POLLIN) != 0;
  }
  // Waits so, and returns what it is.
  [[nodiscard]] std::string next() const {
    if (!has_written()) {
      return {};
    }
    std::array<char, 4096> buffer{};
    const ssize_t n = ::read(out.get(), buffer.data(), buffer.size());
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }
};

inline Worker start_worker(const std::string& what, const std::filesystem::path& dir,
                           const std::vector<std::string>& more = {}) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw Error(Code::kIo, "make a pipe");
  }
  Worker worker{{}, UniqueFd(in[1]), UniqueFd(out[0])};
  const UniqueFd child_in(in[0]);
  const UniqueFd child_out(out[1]);
  std::vector<std::string> argv{STATE_WORKER, what, dir.string()};
  argv.insert(argv.end(), more.begin(), more.end());
  SpawnOptions options;
  options.fds = {{0, child_in.get()}, {1, child_out.get()}};
  worker.child = spawn(argv, options);
  return worker;
}

}  // namespace gantry::state_leveldb
