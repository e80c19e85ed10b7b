// SPDX-License-Identifier: Apache-2.0
#include "core/image/layer_import.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "core/image/layer_split.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/digest.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"
#include "sdk/support/uncancelled.h"

namespace gantry::image {

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;
// A full pipe lets both ends work for a while without waiting for each other.
constexpr int kPipeSize = 1 << 20;

// A pipe whose reader went away ends the writer by an error, not by a signal: SIGPIPE is
// meant for this thread alone, and dies with it while it is blocked.
void block_sigpipe() {
  sigset_t set;
  (void)::sigemptyset(&set);
  (void)::sigaddset(&set, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

// The reading side, in its own thread.
class Pump {
 public:
  Pump(const Context& context, const LayerRequest& request, SplitWriter& split, UniqueFd out)
      : context_(context), request_(request), split_(split), out_(std::move(out)) {
    thread_ = std::thread([this] { run(); });
  }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;
  ~Pump() { join(); }

  void join() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  // What ended it early; null when all was well. After join().
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }
  // The driver closed its end before the stream was over.
  [[nodiscard]] bool reader_left() const { return reader_left_; }

 private:
  void run() noexcept {
    block_sigpipe();
    try {
      stream();
    } catch (...) {
      failure_ = std::current_exception();
    }
    out_.reset();
  }

  void stream() {
    Decompressor input([this](char* data, std::size_t size) { return source(data, size); },
                       request_.name);
    const bool plain = input.compression() == Compression::kNone;
    // Of a plain stream the driver's digest says it all.
    if (!request_.digest.empty() && !(plain && request_.digest == request_.diff_id)) {
      digest_.emplace();
      digest_->update(seen_ahead_);
    }
    seen_ahead_.clear();
    deciding_ = false;
    std::string buffer(kChunk, '\0');
    while (const std::size_t n = input.read(buffer.data(), buffer.size())) {
      const std::string_view bytes(buffer.data(), n);
      split_.feed(bytes);
      if (!send(bytes)) {
        return;
      }
    }
    input.drain();
    check_digest();
  }

  // The stream as it is read; its first bytes come before it is known whether to hash.
  std::size_t source(char* data, std::size_t size) {
    const std::size_t n = request_.read(data, size);
    if (deciding_) {
      seen_ahead_.append(data, n);
    } else if (digest_) {
      digest_->update(data, n);
    }
    done_ += n;
    if (context_.progress.bytes) {
      context_.progress.bytes(request_.name, done_, request_.size);
    }
    return n;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(out_.get(), bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) {
          continue;
        }
        if (errno == EPIPE) {
          reader_left_ = true;
          return false;
        }
        throw errno_error(errno, "pass on layer " + request_.name);
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  void check_digest() {
    if (!digest_) {
      return;
    }
    if (const std::string got = "sha256:" + digest_->hex(); got != request_.digest) {
      throw Error(Code::kCorrupt, "layer " + request_.name + " is damaged: its digest is " +
                                      got + ", not " + request_.digest);
    }
  }

  const Context& context_;
  const LayerRequest& request_;
  SplitWriter& split_;
  UniqueFd out_;
  bool deciding_ = true;
  std::string seen_ahead_;
  std::optional<Sha256> digest_;
  std::uint64_t done_ = 0;
  bool reader_left_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

Pipe make_wide_pipe() {
  Pipe pipe = make_pipe();
  // Refused beyond the user's share of pipe memory; then it is merely slower.
  (void)::fcntl(pipe.write.get(), F_SETPIPE_SZ, kPipeSize);
  return pipe;
}

void create_layer(ports::Storage& storage, const LayerRequest& request) {
  const ports::LayerCreate create{request.id, request.parent, false, {}, ""};
  try {
    storage.create(create);
  } catch (const Error& e) {
    if (e.code() != Code::kExists) {
      throw;
    }
    // The staging of someone who died: the lock says that nobody works on it now.
    storage.recover();
    storage.remove(request.id);
    storage.create(create);
  }
}

// Both ends ran; of two failures the one that is not merely the other's echo is told.
ports::Applied apply(const Context& context, const LayerRequest& request, SplitWriter& split) {
  auto [out, in] = make_wide_pipe();
  Pump pump(context, request, split, std::move(in));
  ports::Applied applied;
  std::exception_ptr failure;
  try {
    applied = context.storage.apply(request.id, out.get());
  } catch (...) {
    failure = std::current_exception();
  }
  out.reset();
  pump.join();
  if (pump.failure()) {
    std::rethrow_exception(pump.failure());
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
  if (pump.reader_left()) {
    throw Error(Code::kInternal,
                "the storage driver did not read layer " + request.name + " to its end");
  }
  return applied;
}

}  // namespace

ports::Applied import_layer(const Context& context, const LayerRequest& request) {
  make_directories(context.root / "split", 0700);
  const std::filesystem::path split_file = split_path(context.root, request.id);
  Cleanup drop([&] {
    const Uncancelled undoing;
    try {
      context.storage.remove(request.id);
      remove_file(split_file);
    } catch (const std::exception& e) {
      context.progress.say("remove unfinished layer " + request.name + ": " + e.what() +
                           "; ignoring, it will be dropped later");
    } catch (...) {  // recover() drops it
    }
  });
  create_layer(context.storage, request);
  SplitWriter split(split_file);
  try {
    ports::Applied applied = apply(context, request, split);
    if (!request.diff_id.empty() && applied.diff_id != request.diff_id) {
      throw Error(Code::kCorrupt, "its content has the digest " + applied.diff_id + ", not " +
                                      request.diff_id + " as the image says");
    }
    split.finish();
    context.storage.commit(request.id);
    drop.dismiss();
    return applied;
  } catch (const Error& e) {
    throw e.while_doing("import layer " + request.name);
  }
}

ReadFunction read_from_blob(Blob blob) {
  return [blob = std::move(blob), at = std::uint64_t{0}](char* data, std::size_t size) mutable {
    const std::size_t n = blob.read(at, data, size);
    at += n;
    return n;
  };
}

}  // namespace gantry::image
