// SPDX-License-Identifier: Apache-2.0
//
// Fails the first port call of a verb, then the second, and so on until the verb succeeds;
// then kills there instead, which means that nothing of this process has any effect any
// more. Each time the same command afterwards succeeds, and after rm nothing is left.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "tests/fakes/fake_engine.h"

namespace gantry {
namespace {

using fakes::FakeEngine;

// Not an exception that any code knows: like a signal, it is not handled.
struct Killed {};

enum class Fault { kError, kDeath };

// Throws at the nth call. After death every later call throws as well.
class FaultAt {
 public:
  FaultAt(FakeEngine& engine, Fault fault, int nth) : engine_(engine) {
    engine.set_hook([this, fault, nth](std::string_view operation) {
      ++calls_;
      if (fault == Fault::kDeath && calls_ >= nth) {
        where_ = where_.empty() ? operation : where_;
        throw Killed{};
      }
      if (fault == Fault::kError && calls_ == nth) {
        where_ = operation;
        throw Error(Code::kIo, "injected at " + where_);
      }
    });
  }
  ~FaultAt() { engine_.set_hook(nullptr); }
  FaultAt(const FaultAt&) = delete;
  FaultAt& operator=(const FaultAt&) = delete;
  [[nodiscard]] bool happened() const { return !where_.empty(); }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  FakeEngine& engine_;
  int calls_ = 0;
  std::string where_;
};

struct Verb {
  const char* name;
  std::function<void(FakeEngine&)> prepare;  // up to the verb
  std::function<void(FakeEngine&)> run;      // the verb; also the same command afterwards
};

const Verb kVerbs[] = {
    {"create", [](FakeEngine&) {},
     [](FakeEngine& e) { (void)lifecycle::create(e.get(), FakeEngine::request("box")); }},
    {"start",
     [](FakeEngine& e) { (void)lifecycle::create(e.get(), FakeEngine::request("box")); },
     [](FakeEngine& e) { lifecycle::start(e.get(), "box"); }},
    {"stop",
     [](FakeEngine& e) {
       (void)lifecycle::create(e.get(), FakeEngine::request("box"));
       lifecycle::start(e.get(), "box");
     },
     [](FakeEngine& e) { lifecycle::stop(e.get(), "box"); }},
    {"rm", [](FakeEngine& e) { (void)lifecycle::create(e.get(), FakeEngine::request("box")); },
     [](FakeEngine& e) { (void)lifecycle::remove(e.get(), "box"); }},
    {"rm --force",
     [](FakeEngine& e) {
       (void)lifecycle::create(e.get(), FakeEngine::request("box"));
       lifecycle::start(e.get(), "box");
     },
     [](FakeEngine& e) { (void)lifecycle::remove(e.get(), "box", {.force = true}); }},
};

bool exists(FakeEngine& engine) {
  return engine.get().store.read(
      [](const store::Reader& reader) { return reader.container_by_name("box").has_value(); });
}

bool unfinished(FakeEngine& engine) {
  return engine.get().store.read([](const store::Reader& reader) {
    const auto id = reader.container_by_name("box");
    const auto state = id ? reader.find_state(*id) : std::nullopt;
    return state && state->status == model::Status::kCreating;
  });
}

// True: the fault happened, so there may be a later one.
bool run_with_fault(const Verb& verb, Fault fault, int nth) {
  FakeEngine engine;
  verb.prepare(engine);
  std::string where;
  {
    FaultAt trap(engine, fault, nth);
    bool failed = false;
    try {
      verb.run(engine);
    } catch (const Killed&) {
      failed = true;
    } catch (const Error&) {
      failed = true;
    }
    where = trap.where();
    // A fault in an undo or in something tolerated need not fail the verb.
    EXPECT_TRUE(trap.happened() || !failed);
  }
  engine.run_exit_commands();
  SCOPED_TRACE(std::string(verb.name) + ", call " + std::to_string(nth) + " (" + where + ")");
  const bool create = std::string(verb.name) == "create";
  const bool removal = std::string(verb.name).starts_with("rm");
  if (create && fault == Fault::kError && !exists(engine)) {
    EXPECT_EQ(engine.traces(), std::vector<std::string>{}) << "left by a failed create";
    EXPECT_EQ(engine.records(), std::vector<std::string>{});
  }
  try {
    if ((create && (!exists(engine) || unfinished(engine))) || (removal && exists(engine)) ||
        (!create && !removal)) {
      verb.run(engine);
    }
    if (exists(engine)) {
      (void)lifecycle::remove(engine.get(), "box", {.force = true});
    }
    engine.run_exit_commands();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "afterwards: " << e.what();
  }
  EXPECT_EQ(engine.traces(), std::vector<std::string>{});
  EXPECT_EQ(engine.records(), std::vector<std::string>{});
  return !where.empty();
}

class Sweep : public testing::TestWithParam<std::tuple<std::size_t, Fault>> {};

TEST_P(Sweep, EveryCall) {
  const auto [verb, fault] = GetParam();
  int nth = 1;
  while (run_with_fault(kVerbs[verb], fault, nth) && !HasFailure()) {
    ++nth;
    ASSERT_LT(nth, 2000) << "the verb never succeeds";
  }
  EXPECT_GT(nth, 4) << "no call was ever made to fail";
}

INSTANTIATE_TEST_SUITE_P(Verbs, Sweep,
                         testing::Combine(testing::Range(std::size_t{0}, std::size(kVerbs)),
                                          testing::Values(Fault::kError, Fault::kDeath)),
                         [](const auto& param) {
                           std::string name = kVerbs[std::get<0>(param.param)].name;
                           std::erase_if(name, [](char c) { return c == ' ' || c == '-'; });
                           return name + (std::get<1>(param.param) == Fault::kError ? "Fails"
                                                                                    : "Dies");
                         });

}  // namespace
}  // namespace gantry
