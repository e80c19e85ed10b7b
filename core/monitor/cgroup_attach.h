// SPDX-License-Identifier: Apache-2.0
//
// The slow part of putting a process into a cgroup, begun before there is a process.
#pragma once

namespace gantry::monitor {

// The first process that is moved into a cgroup after a pause waits for an RCU grace period, 8
// to 17 ms on an idle machine, while the next ones, for about as long, do not (the kernel's
// cgroup_threadgroup_rwsem over rcu_sync). So a thread of its own moves this process to where
// it is: nothing changes, and the runtime's own move a little later finds the time gone by.
// Returns at once; failures mean only that nothing is gained. [thread-safe]
void begin_cgroup_attach() noexcept;

}  // namespace gantry::monitor
