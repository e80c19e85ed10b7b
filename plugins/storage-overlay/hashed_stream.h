// SPDX-License-Identifier: Apache-2.0
//
// A byte stream that is read and hashed on a thread of its own while its reader works on
// what came before. The descriptor stays the caller's.
// next, drain, size and digest belong to the thread that made it.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sdk/support/digest.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

class HashedStream {
 public:
  // cancelled is asked by next while it waits.
  HashedStream(int fd, std::function<bool()> cancelled);
  HashedStream(const HashedStream&) = delete;
  HashedStream& operator=(const HashedStream&) = delete;
  ~HashedStream();

  // The next bytes, valid until the next call; empty at the end. Throws what reading threw.
  [[nodiscard]] std::string_view next();
  // Reads to the end.
  void drain();
  // After the end.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::string digest();  // "sha256:…"

 private:
  static constexpr std::size_t kBlocks = 8;
  static constexpr std::size_t kBlockSize = 256 * 1024;
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;
  };

  void run() noexcept;
  void read_all_blocks();
  [[nodiscard]] bool wait_for_bytes() const;
  Block* free_block();

  int fd_;
  std::function<bool()> cancelled_;
  UniqueFd stop_event_;
  std::array<Block, kBlocks> blocks_;
  Sha256 hash_;
  std::uint64_t size_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t filled_ = 0;      // blocks that the thread has filled, ever; under mutex_
  std::size_t consumed_ = 0;    // blocks that the reader is done with, ever; under mutex_
  bool holding_ = false;        // the reader works on block consumed_; under mutex_
  bool ended_ = false;          // under mutex_
  bool stopped_ = false;        // under mutex_
  std::exception_ptr failure_;  // under mutex_
  std::thread thread_;
};

}  // namespace gantry::storage_overlay
