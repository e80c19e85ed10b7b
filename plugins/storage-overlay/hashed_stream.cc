// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/hashed_stream.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"

namespace gantry::storage_overlay {

HashedStream::HashedStream(int fd, std::function<bool()> cancelled)
    : fd_(fd),
      cancelled_(std::move(cancelled)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!stop_event_) {
    throw errno_error(errno, "make an event");
  }
  // Signals are for the host's own threads.
  sigset_t all;
  sigset_t before;
  (void)::sigfillset(&all);
  (void)::pthread_sigmask(SIG_SETMASK, &all, &before);
  const Cleanup restore([&] { (void)::pthread_sigmask(SIG_SETMASK, &before, nullptr); });
  thread_ = std::thread([this] { run(); });
}

HashedStream::~HashedStream() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  (void)::eventfd_write(stop_event_.get(), 1);
  thread_.join();
}

void HashedStream::run() noexcept {
  std::exception_ptr failure;
  try {
    read_all_blocks();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  ended_ = true;
  changed_.notify_all();
}

bool HashedStream::wait_for_bytes() const {
  std::array<pollfd, 2> waits{pollfd{fd_, POLLIN, 0}, pollfd{stop_event_.get(), POLLIN, 0}};
  while (::poll(waits.data(), waits.size(), -1) < 0) {
    if (errno != EINTR) {
      throw errno_error(errno, "wait for the tar stream");
    }
  }
  return waits[1].revents == 0;
}

HashedStream::Block* HashedStream::free_block() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || filled_ - consumed_ < kBlocks; });
  return stopped_ ? nullptr : &blocks_.at(filled_ % kBlocks);
}

void HashedStream::read_all_blocks() {
  while (Block* block = free_block()) {
    if (!wait_for_bytes()) {
      return;
    }
    block->bytes.resize(kBlockSize);
    const ssize_t n = ::read(fd_, block->bytes.data(), kBlockSize);
    if (n == 0) {
      return;
    }
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) {
        continue;
      }
      throw errno_error(errno, "read the tar stream");
    }
    block->size = static_cast<std::size_t>(n);
    {
      const std::lock_guard lock(mutex_);
      ++filled_;
    }
    changed_.notify_all();
    // The reader only looks at the bytes, so both may work on them at once.
    hash_.update(block->bytes.data(), block->size);
    size_ += block->size;
  }
}

std::string_view HashedStream::next() {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  if (std::exchange(holding_, false)) {
    ++consumed_;
    changed_.notify_all();
  }
  while (filled_ == consumed_ && !ended_) {
    changed_.wait_for(lock, 200ms);
    if (cancelled_()) {
      throw Error(Code::kCancelled, "interrupted while waiting for the tar stream");
    }
  }
  if (filled_ == consumed_) {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    return {};
  }
  holding_ = true;
  const Block& block = blocks_.at(consumed_ % kBlocks);
  return {block.bytes.data(), block.size};
}

void HashedStream::drain() {
  while (!next().empty()) {
  }
}

std::string HashedStream::digest() { return "sha256:" + hash_.hex(); }

}  // namespace gantry::storage_overlay
