// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/cgroup_usage.h"

#include <unistd.h>

#include <charconv>

#include <gantry/error.hpp>

#include "sdk/support/cgroup_folders.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace fs = std::filesystem;

namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string text_of(const fs::path& file) {
  try {
    return read_file_if_exists(file).value_or("");
  } catch (const Error&) {
    return "";  // the cgroup ended while it was read
  }
}

std::uint64_t value_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? 0
                                 : number_in(std::string_view(text).substr(at + key.size()));
}

// The sum of all "key=N" or "… key N" in a file of one line for each device.
std::uint64_t sum_of(const std::string& text, const std::string& key) {
  std::uint64_t sum = 0;
  for (std::size_t at = text.find(key); at != std::string::npos;
       at = text.find(key, at + key.size())) {
    sum += number_in(std::string_view(text).substr(at + key.size()));
  }
  return sum;
}

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void read_version_2(const fs::path& folder, CgroupUsage& usage) {
  usage.cpu_ns = value_after(text_of(folder / "cpu.stat"), "usage_usec ") * 1000;
  usage.memory = number_in(text_of(folder / "memory.current"));
  usage.memory_limit = number_in(text_of(folder / "memory.max"));
  const std::string io = text_of(folder / "io.stat");
  usage.read_bytes = sum_of(io, " rbytes=");
  usage.written_bytes = sum_of(io, " wbytes=");
  usage.processes = number_in(text_of(folder / "pids.current"));
}

}  // namespace

CgroupUsage cgroup_usage(const std::map<std::string, fs::path>& folders) {
  CgroupUsage usage;
  const auto in = [&](const char* controller, const char* file) {
    const auto folder = folders.find(controller);
    return folder == folders.end() ? std::string() : text_of(folder->second / file);
  };
  if (const auto unified = folders.find(""); unified != folders.end()) {
    read_version_2(unified->second, usage);
  }
  // In the mixture each controller is in one version; what version 1 has counts there.
  if (folders.contains("cpuacct")) {
    usage.cpu_ns = number_in(in("cpuacct", "cpuacct.usage"));
  }
  if (folders.contains("memory")) {
    usage.memory = number_in(in("memory", "memory.usage_in_bytes"));
    usage.memory_limit = number_in(in("memory", "memory.limit_in_bytes"));
  }
  if (folders.contains("blkio")) {
    const std::string io = in("blkio", "blkio.throttle.io_service_bytes");
    usage.read_bytes = sum_of(io, " Read ");
    usage.written_bytes = sum_of(io, " Write ");
  }
  if (folders.contains("pids")) {
    usage.processes = number_in(in("pids", "pids.current"));
  }
  const std::uint64_t all = machine_memory();
  if (usage.memory_limit == 0 || usage.memory_limit > all) {
    usage.memory_limit = all;
  }
  return usage;
}

CgroupUsage cgroup_usage_of(int pid) {
  return cgroup_usage(cgroup_folders(read_file("/proc/" + std::to_string(pid) + "/cgroup"),
                                     read_file("/proc/self/mountinfo")));
}

}  // namespace gantry::lifecycle
