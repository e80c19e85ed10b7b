// SPDX-License-Identifier: Apache-2.0
//
// Breaks each command off at its first port call, then at the second, and so on until it
// succeeds: by a failure of that call, by the death of the process, by the user's Ctrl-C. Each
// time the same command afterwards succeeds, records and machine agree, and when everything
// is removed nothing is left.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "core/lifecycle/verbs/check.h"
#include "core/lifecycle/verbs/list.h"
#include "tests/fault/footprint.h"
#include "tests/fault/mortal.h"
#include "tests/fault/scenario.h"

namespace gantry::fault {
namespace {

using fakes::FakeEngine;
using fakes::FakeStatus;
using model::Status;

enum class Fault { kError, kDeath, kCancel };

struct Outcome {
  std::string where;  // the call at which it was broken off; empty: it was not
  std::string error;  // what it threw; empty: it did not, or died
  bool died = false;
};

// Within a transaction nothing happens yet: its beginning and its commit stand for it.
bool counts(std::string_view operation) {
  return !operation.starts_with("state.") || operation == "state.begin" ||
         operation == "state.commit";
}

// The command, broken off at its nth call on a port.
Outcome break_off(FakeEngine& engine, const Scenario& scenario, Fault fault, int nth) {
  Outcome outcome;
  std::atomic<int> calls{0};
  try {
    outcome.died = live([&](const std::function<void()>& die) {
      engine.set_hook([&](std::string_view operation) {
        const int call = counts(operation) ? ++calls : calls.load();
        if (call == nth && outcome.where.empty()) {
          outcome.where = operation;
        }
        if (fault == Fault::kDeath && call >= nth) {
          die();
        } else if (fault == Fault::kError && call == nth && counts(operation)) {
          throw Error(Code::kIo, "injected at " + outcome.where);
        } else if (fault == Fault::kCancel && call >= nth) {
          engine.cancelled = true;
          if (engine.is_cancelled()) {
            throw Error(Code::kCancelled, "cancelled at " + std::string(operation));
          }
        }
      });
      scenario.act(engine);
    });
  } catch (const std::exception& e) {
    outcome.error = e.what();
  }
  engine.set_hook(nullptr);
  engine.cancelled = false;
  if (outcome.died) {
    engine.reopen();
  }
  return outcome;
}

bool agree(Status recorded, std::optional<fakes::FakeContainer> real) {
  switch (recorded) {
    case Status::kCreated:
      return real && real->status == FakeStatus::kCreated;
    case Status::kRunning:
      return real && real->status == FakeStatus::kRunning;
    case Status::kPaused:
      return real && real->status == FakeStatus::kPaused;
    case Status::kStopped:
    case Status::kRemoving:
      return true;
    default:
      return !real;
  }
}

void expect_agreement(FakeEngine& engine) {
  for (const store::ContainerRow& row : lifecycle::list(engine.get())) {
    EXPECT_TRUE(agree(row.state.status, engine.world.find(row.brief.id)))
        << row.brief.name
        << " is not what its record says: " << model::name_of(row.state.status);
  }
}

class Sweep : public testing::TestWithParam<std::tuple<std::size_t, Fault>> {
 protected:
  // What stays when the command was not broken off and everything is removed.
  static Footprint clean_footprint(const Scenario& scenario) {
    FakeEngine engine;
    scenario.prepare(engine);
    scenario.act(engine);
    engine.run_exit_commands();
    remove_all(engine);
    engine.run_exit_commands();
    (void)lifecycle::check(engine.get(), true);
    return footprint(engine);
  }

  // False: the command came to its end before that call.
  static bool survives(const Scenario& scenario, Fault fault, int nth, const Footprint& clean) {
    FakeEngine engine;
    scenario.prepare(engine);
    Footprint before = footprint(engine);
    before.insert(clean.begin(), clean.end());  // folders that are made when first needed
    const Outcome outcome = break_off(engine, scenario, fault, nth);
    SCOPED_TRACE(scenario.name + ", call " + std::to_string(nth) + " (" + outcome.where + ") " +
                 outcome.error);
    EXPECT_TRUE(!outcome.where.empty() || outcome.error.empty());
    if (scenario.all_or_nothing && !outcome.error.empty() && !scenario.done(engine)) {
      EXPECT_EQ(difference(footprint(engine), before), "") << "left by a command that failed";
    }
    try {
      engine.run_exit_commands();
      if (!scenario.done || !scenario.done(engine)) {
        scenario.act(engine);
      }
      engine.run_exit_commands();
      EXPECT_TRUE(!scenario.done || scenario.done(engine));
      expect_agreement(engine);
      remove_all(engine);
      engine.run_exit_commands();
      if (outcome.died || outcome.error.empty()) {
        // What a process had not yet told anybody of, and what was left for later, only the
        // check can find.
        for (const lifecycle::CheckResult& result : lifecycle::check(engine.get(), true)) {
          EXPECT_TRUE(result.repaired) << result.problem << " " << result.error;
        }
      }
      EXPECT_TRUE(lifecycle::check(engine.get(), false).empty());
    } catch (const std::exception& e) {
      ADD_FAILURE() << "afterwards: " << e.what();
    }
    EXPECT_EQ(difference(footprint(engine), clean), "") << "left behind";
    return !outcome.where.empty();
  }
};

TEST_P(Sweep, EveryCall) {
  const auto& [row, fault] = GetParam();
  const Scenario& scenario = scenarios()[row];
  const Footprint clean = clean_footprint(scenario);
  int nth = 1;
  while (survives(scenario, fault, nth, clean) && !HasFailure()) {
    ++nth;
    ASSERT_LT(nth, 2000) << "the command never succeeds";
  }
  EXPECT_GT(nth, 1) << "no call was ever made to fail";
  RecordProperty("calls", nth - 1);
}

std::string name_of(const testing::TestParamInfo<std::tuple<std::size_t, Fault>>& info) {
  const auto& [row, fault] = info.param;
  std::string name = scenarios()[row].name;
  std::replace(name.begin(), name.end(), ' ', '_');
  switch (fault) {
    case Fault::kError:
      return name + "_fails";
    case Fault::kDeath:
      return name + "_dies";
    case Fault::kCancel:
      return name + "_is_cancelled";
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Commands, Sweep,
                         testing::Combine(testing::Range(std::size_t{0}, scenarios().size()),
                                          testing::Values(Fault::kError, Fault::kDeath,
                                                          Fault::kCancel)),
                         name_of);

}  // namespace
}  // namespace gantry::fault
