// SPDX-License-Identifier: Apache-2.0
#include "core/host/trust.h"

#include <gantry/error.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "sdk/support/errno_error.h"

namespace gantry::host {

namespace {

namespace fs = std::filesystem;

fs::path real_path(const fs::path& path) {
  std::error_code failure;
  fs::path real = fs::canonical(path, failure);
  if (failure) {
    throw errno_error(failure.value(), "resolve plug-in path " + path.string());
  }
  return real;
}

void check_one(const fs::path& path, const fs::path& plugin) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) {
    throw errno_error(errno, "stat " + path.string());
  }
  const std::string refusing =
      "refusing to load plug-in " + plugin.string() + ": " + path.string();
  if (st.st_uid != 0 && st.st_uid != ::geteuid()) {
    throw Error(Code::kPermission, refusing + " belongs to user " + std::to_string(st.st_uid) +
                                       ", who could replace it; run: chown root " +
                                       path.string());
  }
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Error(Code::kPermission,
                refusing + " is writable by others than its owner; run: chmod go-w " +
                    path.string() + ", or move the plug-in to a safe folder");
  }
}

void check_upwards(fs::path path, const fs::path& plugin) {
  for (;; path = path.parent_path()) {
    check_one(path, plugin);
    if (path == path.root_path()) {
      return;
    }
  }
}

}  // namespace

fs::path check_trusted(const fs::path& file) {
  const fs::path real = real_path(file);
  check_upwards(real, file);
  const fs::path folder = real_path(fs::absolute(file).parent_path());
  if (folder != real.parent_path()) {
    check_upwards(folder, file);
  }
  return real;
}

}  // namespace gantry::host
