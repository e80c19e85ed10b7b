// SPDX-License-Identifier: Apache-2.0
//
// A busybox bundle, a real runtime and a ConmonMonitor for tests that need them. Everything
// it made is gone when it is.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/monitor/conmon_monitor.h"
#include "core/ports/monitor.h"

namespace gantry::monitor {

struct BundleOptions {
  std::vector<std::string> argv;
  bool terminal = false;
  bool own_pid_namespace = true;
  std::int64_t memory_limit = 0;
};

class RealBundle {
 public:
  explicit RealBundle(const std::string& runtime);
  ~RealBundle();
  RealBundle(const RealBundle&) = delete;
  RealBundle& operator=(const RealBundle&) = delete;

  // Writes config.json and answers a request for it; the log is k8s-file at log_path().
  ports::LaunchRequest request(const BundleOptions& options);
  ports::ExecRequest exec_request(const std::vector<std::string>& argv, bool terminal = false);
  void start();
  void kill(int signal);
  void remove();
  // Launches, finishes and starts.
  ports::Started run(const ports::LaunchRequest& request);
  ports::ExitSource source(int monitor_pid) const;
  // Waits for the end, a minute at most.
  ports::Ended wait(int monitor_pid);

  ports::RuntimePlan plan() const;
  std::string bundle() const { return folder_ / "bundle"; }
  std::string log_path() const { return folder_ / "ctr.log"; }
  std::filesystem::path folder() const { return folder_; }
  const std::string& id() const { return id_; }
  ConmonMonitor& monitor() { return monitor_; }

 private:
  std::string run_runtime(const std::vector<std::string>& words, bool must_succeed);
  std::filesystem::path folder_;
  std::string id_;
  std::string runtime_;
  ConmonMonitor monitor_;
  int execs_ = 0;
};

// Says why real containers cannot be run here; empty when they can.
std::string missing_for(const std::string& runtime);

// Skips, or fails where nothing may be skipped.
#define GANTRY_NEEDS_RUNTIME(runtime)                                         \
  do {                                                                        \
    if (const std::string missing = missing_for(runtime); !missing.empty()) { \
      const char* require = ::getenv("GANTRY_TEST_REQUIRE");                  \
      if (require != nullptr && std::string(require) == "all") {              \
        FAIL() << missing;                                                    \
      }                                                                       \
      GTEST_SKIP() << missing;                                                \
    }                                                                         \
  } while (false)

}  // namespace gantry::monitor
