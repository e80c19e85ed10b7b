// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <gtest/gtest.h>

#include <gantry/error.hpp>
#include <sstream>

#include "cli/table.h"

namespace gantry::cli {
namespace {

constexpr Column kColumns[] = {
    {"CONTAINER ID", "ID"}, {"NAMES", "Names"}, {"MADE", "CreatedAt", false}};

Listing listing(std::vector<OrderedJson> rows) {
  return {.name = "ps",
          .type = "container",
          .columns = kColumns,
          .rows = std::move(rows),
          .document = OrderedJson::array()};
}

std::string print(const std::string& format, bool noheading = false) {
  std::ostringstream out;
  print_listing(
      out,
      listing({{{"ID", "abc"}, {"Names", "web"}, {"CreatedAt", "now"}, {"OtherField", "o"}}}),
      format, noheading);
  return out.str();
}

TEST(Table, AlignsWithTwoSpacesAndAtLeastTwelve) {
  EXPECT_EQ(align_columns("A\tB\nlonger than that\tx\n"),
            "A                 B\nlonger than that  x\n");
  EXPECT_EQ(align_columns("A\tB\nx\ty\n"), "A           B\nx           y\n");
  EXPECT_EQ(align_columns("\xc3\xa9\tB"), "\xc3\xa9           B");
}

TEST(Report, PrintsTheDefaultTable) {
  EXPECT_EQ(print(""), "CONTAINER ID  NAMES\nabc           web\n");
  EXPECT_EQ(print("", true), "abc         web\n");
  EXPECT_EQ(print("table"), "CONTAINER ID  NAMES\nabc           web\n");
}

TEST(Report, PrintsTablesByTemplate) {
  EXPECT_EQ(print("table {{.Names}}\\t{{.OtherField}}\\t{{.CreatedAt}}"),
            "NAMES       OTHER FIELD  MADE\nweb         o            now\n");
  EXPECT_EQ(print("table {{.Names}}", true), "web\n");
}

TEST(Report, PrintsRowsByTemplate) {
  EXPECT_EQ(print("{{.ID}}\\t{{.Names}}|"), "abc\tweb|\n");
  EXPECT_EQ(print("{{.ID}}\\n"), "abc\n");
  EXPECT_EQ(print("{{printf \"a\\tb\"}}"), "a\tb\n");
  EXPECT_EQ(print("json"), "[]\n");
  EXPECT_THROW((void)print("{{.Foo}}"), Error);
}

TEST(Report, PrintsHeadersForNoRows) {
  std::ostringstream out;
  print_listing(out, listing({}), "", false);
  EXPECT_EQ(out.str(), "CONTAINER ID  NAMES\n");
}

}  // namespace
}  // namespace gantry::cli
