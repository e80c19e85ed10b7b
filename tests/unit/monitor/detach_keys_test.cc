// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/detach_keys.h"

#include <gtest/gtest.h>
#include <gantry/error.hpp>

namespace gantry::monitor {
namespace {

TEST(DetachKeysTest, PassesWhatIsNotTheSequence) {
  DetachKeys keys("ctrl-p,ctrl-q");
  std::string out;
  EXPECT_FALSE(keys.feed("hello \x11 \x10z", out));
  EXPECT_EQ(out, "hello \x11 \x10z");
}

TEST(DetachKeysTest, DetachesAcrossReads) {
  DetachKeys keys("ctrl-p,ctrl-q");
  std::string out;
  EXPECT_FALSE(keys.feed("a\x10", out));
  EXPECT_EQ(out, "a");
  EXPECT_TRUE(keys.feed("\x11tail", out));
  EXPECT_EQ(out, "a");
}

TEST(DetachKeysTest, FindsTheSequenceInsideItsOwnBeginning) {
  DetachKeys keys("ctrl-p,ctrl-q");
  std::string out;
  EXPECT_TRUE(keys.feed("\x10\x10\x11", out));
  EXPECT_EQ(out, "\x10");
  DetachKeys repeated("a,b,a,c");
  out.clear();
  EXPECT_TRUE(repeated.feed("ababac", out));
  EXPECT_EQ(out, "ab");
}

TEST(DetachKeysTest, KnowsAllKinds) {
  std::string out;
  EXPECT_TRUE(DetachKeys("x").feed("x", out));
  EXPECT_TRUE(DetachKeys("ctrl-a,x").feed("\x01x", out));
  EXPECT_TRUE(DetachKeys("ctrl-[").feed("\x1b", out));
  EXPECT_TRUE(DetachKeys("ctrl-^").feed("\x1e", out));
  EXPECT_EQ(out, "");
  EXPECT_FALSE(DetachKeys("").feed("\x10\x11", out));
}

TEST(DetachKeysTest, RefusesOthers) {
  for (const char* keys : {"ctrl-", "ctrl-aa", "ab", "ctrl-p,", ",a", "ctrl-1"}) {
    EXPECT_THROW(DetachKeys{keys}, Error) << keys;
  }
}

}  // namespace
}  // namespace gantry::monitor
