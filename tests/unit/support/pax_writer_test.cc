// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/pax_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace gantry {
namespace {

std::string tar_of(const PaxEntry& entry) {
  std::string stream;
  PaxWriter writer([&](std::string_view bytes) { stream += bytes; });
  writer.begin(entry);
  writer.end();
  writer.finish();
  return stream;
}

bool is_told_binary(const std::string& name, const std::string& link = "") {
  PaxEntry entry;
  entry.name = name;
  entry.link = link;
  return tar_of(entry).find(" hdrcharset=BINARY\n") != std::string::npos;
}

TEST(PaxWriter, APlainEntryIsAHeaderAlone) {
  PaxEntry entry;
  entry.name = "file";
  EXPECT_EQ(tar_of(entry).size(), 3 * 512U);
}

// GNU tar warns of each one.
TEST(PaxWriter, OnlyNamesThatAreNotUtf8AreSaidToBeBinary) {
  for (const char* name : {"file", "caf\xc3\xa9", "cafe\xcc\x81", "\xe0\xa0\x80",
                           "\xed\x9f\xbf", "\xf0\x9f\x90\xa7", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_FALSE(is_told_binary(name)) << name;
    EXPECT_FALSE(is_told_binary("link", name)) << name;
  }
  EXPECT_FALSE(is_told_binary(std::string(140, 'x')));
  // Not begun, cut short, longer than needed, half a pair, past the last character.
  for (const char* name : {"a\xff", "\x80", "a\xe2\x82", "\xe2\x28\xa1", "\xc0\xaf",
                           "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_TRUE(is_told_binary(name));
    EXPECT_TRUE(is_told_binary("link", name));
  }
}

}  // namespace
}  // namespace gantry
