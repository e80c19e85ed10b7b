// SPDX-License-Identifier: Apache-2.0
#include "core/host/verify.h"

#include <gantry/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Verify : public ::testing::Test {
 protected:
  VerifyReport verify_state(const std::string& name) {
    return verify(root_.add(fs::path(BAD_PLUGINS_DIR) / ("gantry-state-" + name + ".so")),
                  "/proc/self/exe");
  }
  static const VerifyCheck& check(const VerifyReport& report, const std::string& name) {
    static const VerifyCheck kNone{"", "missing", ""};
    for (const VerifyCheck& check : report.checks) {
      if (check.name == name) {
        return check;
      }
    }
    return kNone;
  }

  gantry::testing::TrustedDirectory root_;
};

TEST_F(Verify, TriesAGoodOneInAChild) {
  const VerifyReport report = verify_state("good");
  EXPECT_EQ(report.facts.name, "good");
  for (const char* name : {"file", "load", "create"}) {
    EXPECT_EQ(check(report, name).result, "passed") << check(report, name).detail;
  }
}

TEST_F(Verify, LoadsNothingThatTheFileAloneRefuses) {
  const VerifyReport report = verify_state("majortoonew");
  EXPECT_FALSE(report.ok());
  ASSERT_EQ(report.checks.size(), 1U);
  EXPECT_THAT(report.checks[0].detail, HasSubstr("version 7"));
}

TEST_F(Verify, TellsWhatTheChildRefused) {
  const VerifyReport report = verify_state("disagree");
  EXPECT_FALSE(report.ok());
  EXPECT_THAT(check(report, "load").detail, HasSubstr("disagree in version"));
}

TEST_F(Verify, OutlivesACrash) {
  const VerifyReport report = verify_state("crash");
  EXPECT_FALSE(report.ok());
  EXPECT_THAT(check(report, "load").detail, HasSubstr("ended its process by signal 6"));
  EXPECT_EQ(to_json(report).at("OK"), false);
}

}  // namespace
}  // namespace gantry::host
