// SPDX-License-Identifier: Apache-2.0
//
// Documents that repeat what the code says, held to it. With GANTRY_WRITE_DOCS set the test
// writes the part between the two marks instead of comparing it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/layout/configuration.h"
#include "core/lifecycle/state_machine.h"
#include "sdk/support/files.h"

namespace {

struct Marks {
  std::string begin;
  std::string end;
};

void expect_part(const std::string& document, const Marks& marks, const std::string& wanted) {
  const std::filesystem::path path = std::filesystem::path(SOURCE_DIR) / document;
  std::string text = gantry::read_file(path);
  const std::size_t begin = text.find(marks.begin);
  const std::size_t end = text.find(marks.end);
  ASSERT_NE(begin, std::string::npos) << document << " has no " << marks.begin;
  ASSERT_NE(end, std::string::npos) << document << " has no " << marks.end;
  const std::size_t first = begin + marks.begin.size();
  if (std::getenv("GANTRY_WRITE_DOCS") != nullptr) {
    gantry::write_file(path, text.replace(first, end - first, wanted));
    return;
  }
  EXPECT_EQ(text.substr(first, end - first), wanted)
      << "write it anew: GANTRY_WRITE_DOCS=1 meta_documents";
}

// The value as roff reads it.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '-' ? "\\-" : std::string(1, c);
  }
  return out;
}

TEST(Documents, LifecycleHoldsTheStateTable) {
  expect_part("docs/LIFECYCLE.md", {"<!-- table -->\n", "<!-- end -->"},
              gantry::lifecycle::table_as_markdown());
}

TEST(Documents, ConfigurationManualHoldsEveryKey) {
  std::string keys;
  for (const auto& known : gantry::layout::known_keys()) {
    keys += ".TP\n.B " + std::string(known.key) + "\n" + roff(known.meaning);
    keys += known.repeated ? "; may be repeated" : "";
    keys += known.fallback.empty() ? ".\n" : ". Default: " + roff(known.fallback) + ".\n";
  }
  expect_part("docs/man/gantry.conf.5", {".\\\" keys\n", ".\\\" end"}, keys);
}

TEST(Documents, ExampleConfigurationNamesEveryKey) {
  const std::string example =
      gantry::read_file(std::filesystem::path(SOURCE_DIR) / "packaging/gantry.conf");
  for (const auto& known : gantry::layout::known_keys()) {
    std::string line = "\n#" + std::string(known.key) + " =";
    line += known.fallback.empty() ? "" : " " + std::string(known.fallback);
    EXPECT_NE(example.find(line + "\n"), std::string::npos) << line;
  }
}

}  // namespace
