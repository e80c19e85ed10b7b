// SPDX-License-Identifier: Apache-2.0
//
// system check and system locks: what is left over, and who is at work.
#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/human.h"
#include "cli/report.h"
#include "core/engine/engine.h"
#include "core/lifecycle/verbs/check.h"
#include "core/volume/leftovers.h"

namespace gantry::cli {
namespace {

constexpr Option kCheckOptions[] = {
    {.name = "format", .help = "Print what was found as JSON or by a Go template"},
    {.name = "repair",
     .letter = 'r',
     .kind = ValueKind::kFlag,
     .help = "Remove what is proven to be left over"},
};
constexpr Option kLocksOptions[] = {
    {.name = "format", .help = "Print the locks as JSON or by a Go template"},
    {.name = "noheading",
     .letter = 'n',
     .kind = ValueKind::kFlag,
     .help = "Do not print headers"},
};

constexpr Column kCheckColumns[] = {
    {"KIND", "Kind"}, {"OBJECT", "Object"}, {"STATUS", "Status"}, {"PROBLEM", "Problem"}};
constexpr Column kLockColumns[] = {{"KIND", "Kind"},        {"NAME", "Name"},
                                   {"PID", "Pid"},          {"DOING", "Verb"},
                                   {"SINCE", "SinceHuman"}, {"SINCE", "Since", false}};

std::string status_of(const lifecycle::CheckResult& result) {
  if (result.repaired) {
    return "repaired";
  }
  if (!result.error.empty()) {
    return "not repaired";
  }
  return result.repairable ? "can be repaired" : "needs you";
}

int check(Context& context) {
  const Options& options = context.options();
  const std::vector<lifecycle::CheckResult> results =
      lifecycle::check(context.engine(), options.flag("repair"));
  Listing listing{.name = "system check",
                  .type = "finding",
                  .columns = kCheckColumns,
                  .document = OrderedJson::array()};
  bool healthy = true;
  for (const lifecycle::CheckResult& result : results) {
    healthy = healthy && result.repaired;
    const std::string problem =
        result.problem + (result.error.empty() ? "" : " (" + result.error + ")");
    listing.document.push_back({{"Kind", result.kind},
                                {"Object", result.object},
                                {"Problem", problem},
                                {"Status", status_of(result)},
                                {"Repairable", result.repairable},
                                {"Repaired", result.repaired}});
  }
  listing.rows.assign(listing.document.begin(), listing.document.end());
  if (!results.empty() || !options.text("format").empty()) {
    print_listing(context.out(), listing, options.text("format"), false);
  }
  return healthy ? kExitOk : kExitNo;
}

int locks(Context& context) {
  engine::Engine& engine = context.engine();
  const std::int64_t now = engine.clock.now_ns();
  Listing listing{.name = "system locks",
                  .type = "lock",
                  .columns = kLockColumns,
                  .document = OrderedJson::array()};
  std::vector<locks::HeldLock> held = engine.locks.held();
  for (locks::HeldLock& lock : volume::lock_table(engine.layout.volumes()).held()) {
    held.push_back(std::move(lock));
  }
  for (const locks::HeldLock& lock : held) {
    listing.document.push_back({{"Kind", locks::name_of(lock.kind)},
                                {"Name", lock.name},
                                {"Pid", lock.holder.pid},
                                {"Verb", lock.holder.verb},
                                {"Since", rfc3339_nano(lock.holder.since_ns)}});
    listing.rows.push_back(listing.document.back());
    listing.rows.back()["SinceHuman"] = human_ago(lock.holder.since_ns, now);
  }
  print_listing(context.out(), listing, context.options().text("format"),
                context.options().flag("noheading"));
  return kExitOk;
}

}  // namespace

constinit const Command kSystemCheckCommand{
    .summary = "Compare the records with what is on this machine",
    .description =
        "Reports what interrupted commands left over, nothing on a healthy machine. Exits "
        "with 1 when something was found that is not repaired",
    .usage = "[options]",
    .examples = "system check\nsystem check --repair\nsystem check --format json",
    .options = {kCheckOptions},
    .arguments = kNoArguments,
    .run = check,
    .changes = true,
};

constinit const Command kSystemLocksCommand{
    .summary = "Show who holds which lock, since when, doing what",
    .usage = "[options]",
    .examples = "system locks\nsystem locks --format json",
    .options = {kLocksOptions},
    .arguments = kNoArguments,
    .run = locks,
};

}  // namespace gantry::cli
