// SPDX-License-Identifier: Apache-2.0
#include "core/host/discovery.h"

#include <gantry/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sdk/support/files.h"
#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SearchPath, GoesFromTheCommandLineToTheSystem) {
  SearchPathInput input;
  input.plugin_dirs = {"/cli"};
  input.environment = "/env1:/env2:";
  input.configured = {"/conf"};
  input.library_dir = "/usr/lib/x86_64-linux-gnu";
  EXPECT_THAT(search_path(input),
              ElementsAre("/cli", "/env1", "/env2", "/conf", "/usr/local/lib/gantry/plugins/1",
                          "/usr/lib/x86_64-linux-gnu/gantry/plugins/1"));
}

TEST(SearchPath, RootTakesNothingFromTheEnvironmentAndSaysSo) {
  std::vector<std::string> warnings;
  SearchPathInput input;
  input.environment = "/env";
  input.root = true;
  input.warn = [&](const std::string& warning) { warnings.push_back(warning); };
  EXPECT_THAT(search_path(input), ElementsAre("/usr/local/lib/gantry/plugins/1"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("ignoring GANTRY_PLUGIN_PATH")));
}

TEST(SearchPath, NamesEachFolderOnce) {
  SearchPathInput input;
  input.plugin_dirs = {"/a", "/b"};
  input.configured = {"/a"};
  input.library_dir = "/usr/local/lib";
  EXPECT_THAT(search_path(input), ElementsAre("/a", "/b", "/usr/local/lib/gantry/plugins/1"));
}

TEST(PluginFileName, StandsForKindAndName) {
  EXPECT_EQ(plugin_file_name("oci", "crun"), "gantry-oci-crun.so");
  EXPECT_EQ(parse_file_name("gantry-oci-crun.so"), (PluginId{"oci", "crun"}));
  EXPECT_EQ(parse_file_name("gantry-oci-kata-runtime.so"), (PluginId{"oci", "kata-runtime"}));
}

TEST(PluginFileName, IsNothingElse) {
  for (const char* other :
       {"gantry-oci-.so", "gantry-.so", "gantry-volume-x.so", "gantry-oci.so", "gantry-oci-x",
        "libgantry-oci-x.so", "gantry-oci-x.so.1", "gantry-oci-x y.so", "gantry-.so", ".so"}) {
    EXPECT_EQ(parse_file_name(other), std::nullopt) << other;
  }
  for (const char* name : {"", "a/b", "..", "-x", "a b", "a\nb"}) {
    EXPECT_THROW((void)plugin_file_name("oci", name), Error) << name;
  }
  EXPECT_THROW((void)plugin_file_name("volume", "x"), Error);
}

TEST(FindPlugin, FirstHitWinsEvenWhenItIsBroken) {
  const gantry::testing::TrustedDirectory root;
  const auto first = root.path() / "first";
  const auto second = root.path() / "second";
  make_directories(first);
  make_directories(second);
  write_file(second / "gantry-net-x.so", "second");
  EXPECT_EQ(find_plugin({root.path() / "missing", first, second}, "net", "x"),
            second / "gantry-net-x.so");
  write_file(first / "gantry-net-x.so", "broken");
  EXPECT_EQ(find_plugin({first, second}, "net", "x"), first / "gantry-net-x.so");

  const std::vector<PluginFile> listed = list_plugins({first, second});
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].path, first / "gantry-net-x.so");
  EXPECT_THAT(listed[0].problem, HasSubstr("not an ELF file"));
}

TEST(ListPlugins, OfNoFoldersIsEmpty) {
  EXPECT_THAT(list_plugins({"/nonexistent", "/proc/self/exe"}), IsEmpty());
}

}  // namespace
}  // namespace gantry::host
