// SPDX-License-Identifier: Apache-2.0
//
// A container's create under conmon, from its start to the pid of the first process. The
// runtime works while the caller does something else between constructor and finish. Owned
// by the caller; one thread at a time.
//
// conmon stays in the cgroup of whoever starts it. A move would cost about 10 ms, and the
// container's own limits never counted conmon: the runtime puts the container where its
// configuration says. Whoever wants conmon elsewhere starts gantry there.
#pragma once

#include <chrono>
#include <string>

#include "core/monitor/conmon_command.h"
#include "core/monitor/process.h"
#include "core/ports/monitor.h"

namespace gantry::monitor {

class ConmonLaunch : public ports::Launch {
 public:
  ConmonLaunch(const Programs& programs, const ports::LaunchRequest& request);
  // Not finished: lets the runtime come to an end of its create first. Killed halfway it
  // leaves cgroups that it does not find again by the id.
  ~ConmonLaunch() override;
  ConmonLaunch(const ConmonLaunch&) = delete;
  ConmonLaunch& operator=(const ConmonLaunch&) = delete;
  ports::Started finish(std::chrono::milliseconds timeout) override;

 private:
  std::string name_;
  Process process_;
  bool waited_ = false;
};

}  // namespace gantry::monitor
