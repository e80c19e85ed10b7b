// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/state_machine.h"

#include <gtest/gtest.h>

#include <map>

namespace gantry::lifecycle {
namespace {

// One letter for each status, in the order of kStatuses: the state that follows, "." for
// nothing to do, "-" for refused.
//   unknown ?, creating c, configured C, created I, running R, paused P, stopped S,
//   exited E, removing D
std::string_view expected(std::string_view verb) {
  static const std::map<std::string_view, std::string_view> table{
      {"init", "--I.--II-"},       {"start", "--RR.-RR-"},       {"stop", "--.EE-E.-"},
      {"kill", "----RP---"},       {"pause", "----P----"},       {"unpause", "-----R---"},
      {"restart", "--RRR-RR-"},    {"exec", "----R----"},        {"attach", "---IRP---"},
      {"top", "----RP---"},        {"stats", "----RP---"},       {"update", "--CIRPSE-"},
      {"checkpoint", "----E----"}, {"restore", "--R---RR-"},     {"rename", "?-CIRPSE-"},
      {"mount", "--CIRPSE-"},      {"export", "--CIRPSE-"},      {"cp", "--CIRPSE-"},
      {"commit", "--CIRPSE-"},     {"cleanup", "--.C--E.-"},     {"rm", "-DDD--DDD"},
      {"rm --force", "DDDDDDDDD"}, {"healthcheck", "----R----"}, {"unmount", "--CIRPSE-"},
  };
  const auto found = table.find(verb);
  return found == table.end() ? std::string_view() : found->second;
}

char letter(Status status) {
  static constexpr std::string_view letters = "?cCIRPSED";
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses[i] == status) {
      return letters[i];
    }
  }
  return '!';
}

TEST(StateMachine, EveryPairOfStateAndVerb) {
  for (const Verb verb : kVerbs) {
    const std::string_view row = expected(name_of(verb));
    ASSERT_EQ(row.size(), kStatuses.size()) << "no expectation for verb " << name_of(verb);
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      const Ruling& ruling = rule(kStatuses[i], verb);
      SCOPED_TRACE(std::string(name_of(verb)) + " as " +
                   std::string(model::name_of(kStatuses[i])));
      switch (ruling.answer) {
        case Answer::kRefuse:
          EXPECT_EQ(row[i], '-');
          EXPECT_FALSE(ruling.reason.empty());
          EXPECT_EQ(ruling.next, kStatuses[i]);
          break;
        case Answer::kNothing:
          EXPECT_EQ(row[i], '.');
          EXPECT_EQ(ruling.next, kStatuses[i]);
          break;
        case Answer::kDo:
          EXPECT_EQ(row[i], letter(ruling.next));
          break;
      }
    }
  }
}

TEST(StateMachine, ForceRemoveAlwaysLeads) {
  for (const Status status : kStatuses) {
    EXPECT_TRUE(permits(status, Verb::kForceRemove, "box"));
  }
}

TEST(StateMachine, RefusalNamesContainerVerbAndReason) {
  try {
    (void)permits(Status::kExited, Verb::kPause, "box");
    FAIL() << "was allowed";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kInvalid);
    const std::string text = e.what();
    for (const char* part : {"pause", "box", "exited", "not running", "state improper"}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
}

TEST(StateMachine, TableNamesEveryVerbAndState) {
  const std::string table = table_as_markdown();
  for (const Verb verb : kVerbs) {
    EXPECT_NE(table.find("| " + std::string(name_of(verb)) + " |"), std::string::npos);
  }
  for (const Status status : kStatuses) {
    EXPECT_NE(table.find(std::string(model::name_of(status))), std::string::npos);
  }
}

}  // namespace
}  // namespace gantry::lifecycle
