// SPDX-License-Identifier: Apache-2.0
#include "core/tree/pack.h"

#include <csignal>
#include <ctime>

#include "core/tree/tree_writer.h"

namespace gantry::tree {

namespace {

// Writing to a pipe that nobody reads any more fails with EPIPE instead of ending the
// process, which has mounts to take down.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    (void)::sigemptyset(&pipe_);
    (void)::sigaddset(&pipe_, SIGPIPE);
    (void)::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;
  ~NoBrokenPipe() {
    if (::sigismember(&before_, SIGPIPE) == 0) {
      const timespec at_once{};
      (void)::sigtimedwait(&pipe_, nullptr, &at_once);
    }
    (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

}  // namespace

void pack(int source, const PackOptions& options, int out, const std::string& shown) {
  const NoBrokenPipe no_broken_pipe;
  TreeWriter writer(out, options, shown);
  if (options.name.empty()) {
    writer.add_content(source, "");
  } else {
    writer.add(source, options.name);
  }
  writer.finish();
}

void pack(const std::vector<PackSource>& sources, const PackOptions& options, int out,
          const std::string& shown) {
  const NoBrokenPipe no_broken_pipe;
  TreeWriter writer(out, options, shown);
  for (const PackSource& source : sources) {
    writer.add(source.fd, source.name);
  }
  writer.finish();
}

}  // namespace gantry::tree
