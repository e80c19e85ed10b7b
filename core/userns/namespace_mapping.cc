// SPDX-License-Identifier: Apache-2.0
#include "core/userns/namespace_mapping.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <gantry/error.hpp>

#include <chrono>
#include <sstream>
#include <string_view>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::userns {

namespace {

constexpr std::chrono::seconds kPatience{10};

UniqueFd open_namespace(const std::string& path) {
  UniqueFd fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (::ioctl(fd.get(), NS_GET_NSTYPE) != CLONE_NEWUSER) {
    throw Error(Code::kInvalid, path +
                                    " is not a user namespace: give one such as "
                                    "/proc/PID/ns/user");
  }
  return fd;
}

bool is_own(int fd) {
  struct stat its {};
  struct stat own {};
  return ::fstat(fd, &its) == 0 && ::stat("/proc/self/ns/user", &own) == 0 &&
         its.st_dev == own.st_dev && its.st_ino == own.st_ino;
}

std::string read_inside(const std::string& path, const std::string& file) {
  Command command;
  command.argv = {"nsenter", "--preserve-credentials", "--user=" + path, "cat",
                  "/proc/self/" + file};
  command.timeout = kPatience;
  const CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    throw Error(Code::kInvalid, "read the id mapping of user namespace " + path + ": " +
                                    result.err.substr(0, result.err.find('\n')));
  }
  return result.out;
}

}  // namespace

model::IdRanges parse_id_map(std::string_view text) {
  std::istringstream numbers{std::string(text)};
  model::IdRanges ranges;
  model::IdRange range;
  while (numbers >> range.container >> range.host >> range.count) {
    ranges.push_back(range);
  }
  return ranges;
}

model::IdMapping mapping_of(const std::string& path) {
  const UniqueFd fd = open_namespace(path);
  if (is_own(fd.get())) {
    return {};
  }
  return {parse_id_map(read_inside(path, "uid_map")),
          parse_id_map(read_inside(path, "gid_map"))};
}

}  // namespace gantry::userns
