// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/update.h"

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/create/create_request.h"
#include "cli/exit_codes.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "blkio-weight",
     .kind = ValueKind::kUint,
     .help = "Block IO weight, relative, between 10 and 1000"},
    {.name = "cpu-period",
     .kind = ValueKind::kUint,
     .help = "Limit the period of the CPU scheduler, in microseconds"},
    {.name = "cpu-quota",
     .kind = ValueKind::kInt,
     .help = "Limit the CPU time in each period, in microseconds"},
    {.name = "cpu-rt-period",
     .kind = ValueKind::kInt,
     .help = "Limit the period of realtime tasks, in microseconds"},
    {.name = "cpu-rt-runtime",
     .kind = ValueKind::kInt,
     .help = "Limit the CPU time of realtime tasks, in microseconds"},
    {.name = "cpu-shares",
     .letter = 'c',
     .kind = ValueKind::kUint,
     .help = "CPU shares (relative weight)"},
    {.name = "cpus", .kind = ValueKind::kFloat, .help = "Number of CPUs"},
    {.name = "cpuset-cpus", .help = "CPUs to run on (0-3, 0,1)"},
    {.name = "cpuset-mems", .help = "Memory nodes to use (0-3, 0,1)"},
    {.name = "device-read-bps",
     .kind = ValueKind::kStrings,
     .help = "Limit the rate of reads from a device, in bytes (/dev/sda:1mb)"},
    {.name = "device-read-iops",
     .kind = ValueKind::kStrings,
     .help = "Limit the rate of reads from a device (/dev/sda:1000)"},
    {.name = "device-write-bps",
     .kind = ValueKind::kStrings,
     .help = "Limit the rate of writes to a device, in bytes (/dev/sda:1mb)"},
    {.name = "device-write-iops",
     .kind = ValueKind::kStrings,
     .help = "Limit the rate of writes to a device (/dev/sda:1000)"},
    {.name = "memory", .letter = 'm', .kind = ValueKind::kSize, .help = "Memory limit"},
    {.name = "memory-reservation", .kind = ValueKind::kSize, .help = "Soft limit of memory"},
    {.name = "memory-swap",
     .kind = ValueKind::kLimit,
     .help = "Limit of memory and swap together; -1 for none"},
    {.name = "memory-swappiness",
     .kind = ValueKind::kInt,
     .help = "How readily memory is swapped out (0 to 100); -1 for the system's default",
     .fallback = "-1"},
    {.name = "pids-limit",
     .kind = ValueKind::kInt,
     .help = "Limit the number of processes; -1 for none"},
};

int run(Context& context) {
  context.out() << lifecycle::update(context.engine(), context.arguments().front(),
                                     read_limits(context.options()))
                << "\n";
  return kExitOk;
}

}  // namespace

constinit const Command kUpdateCommand{
    .summary = "Update an existing container",
    .description = "Changes the limits of a container, which keeps them when it is restarted",
    .usage = "[options] CONTAINER",
    .examples = "update --cpus=5 foobar_container\nupdate --memory 512m --pids-limit 100 ctrID",
    .options = {kOptions},
    .arguments = {.least = 1, .most = 1},
    .run = run,
    .changes = true,
};

}  // namespace gantry::cli
