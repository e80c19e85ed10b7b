// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/json.h"

#include <gtest/gtest.h>

namespace gantry {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(Json, DeepNestingIsRefusedBeforeItIsParsed) {
  EXPECT_EQ(to_text(parse_json(nested(100), "text")), nested(100));
  EXPECT_THROW((void)parse_json(nested(2'000'000), "text"), Error);
  EXPECT_THROW((void)parse_json(R"({"a":)" + nested(200) + "}", "text"), Error);
}

TEST(Json, BracketsInStringsAreNoNesting) {
  const Json json{{"a", std::string(1000, '[')}, {"b", "\"" + std::string(1000, '{')}};
  EXPECT_EQ(parse_json(to_text(json), "text"), json);
}

}  // namespace
}  // namespace gantry
