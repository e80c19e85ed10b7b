// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/exit_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::monitor {

std::string exit_file_of(const ports::ExitSource& source) {
  return source.exit_dir + "/" + source.id;
}

std::optional<ports::ExitRecord> read_exit(const ports::ExitSource& source) {
  const std::string path = exit_file_of(source);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    throw errno_error(errno, "open exit file " + path);
  }
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) {
    throw errno_error(errno, "stat exit file " + path);
  }
  const std::string text = read_all(fd.get(), path);
  ports::ExitRecord record;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), record.exit_code);
  if (error != std::errc()) {
    throw Error(Code::kCorrupt, "exit file " + path + " holds no number: \"" + text + "\"");
  }
  record.finished_ns =
      std::int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{st.st_mtim.tv_nsec};
  record.oom_killed = !source.bundle.empty() && exists(source.bundle + "/oom");
  return record;
}

void clear_exit(const ports::ExitSource& source) {
  remove_file(exit_file_of(source));
  if (!source.bundle.empty()) {
    remove_file(source.bundle + "/oom");
  }
}

}  // namespace gantry::monitor
