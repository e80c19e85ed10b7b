// SPDX-License-Identifier: Apache-2.0
//
// A runtime named by path: which plug-in drives it, and that it drives that very program.
#include <gantry/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/host/registry.h"
#include "sdk/support/files.h"
#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class RuntimeByPath : public ::testing::Test, private trace::Listener {
 protected:
  RuntimeByPath() : registry_(options()) {
    root_.add(PLUGIN_CRUN);
    root_.add(PLUGIN_RUNC);
    trace::listen(this);
  }
  ~RuntimeByPath() override { trace::listen(nullptr); }

  void on_finished(const trace::Finished& span) override { calls_.push_back(span.name); }

  HostOptions options() {
    HostOptions options;
    options.directories = {root_.path()};
    options.data_root = root_.path() / "data";
    options.run_root = root_.path() / "run";
    return options;
  }

  std::string program(const std::string& name) {
    write_file(root_.path() / name, "#!/bin/sh\nexit 0\n", 0755);
    return (root_.path() / name).string();
  }

  std::vector<std::string> calls_;
  gantry::testing::TrustedDirectory root_;
  PluginRegistry registry_;
};

TEST_F(RuntimeByPath, BaseNameChoosesTheProfile) {
  for (const auto& [name, call] :
       {std::pair("crun-1.20", "oci-crun.create"), std::pair("runc.amd64", "oci-runc.create"),
        std::pair("another", "oci-runc.create")}) {
    calls_.clear();
    const std::string path = program(name);
    const ports::RuntimePlan plan = registry_.runtime(path).create_plan({"id", "/bundle"});
    EXPECT_EQ(plan.args.front(), path);
    EXPECT_THAT(calls_, Contains(call));
  }
}

TEST_F(RuntimeByPath, SamePathIsTheSameInstance) {
  const std::string path = program("crun");
  EXPECT_EQ(&registry_.runtime(path), &registry_.runtime(path));
  EXPECT_NE(&registry_.runtime(path), &registry_.runtime("crun"));
}

TEST_F(RuntimeByPath, MissingProgramIsNamed) {
  try {
    (void)registry_.runtime("/no/such/crun").create_plan({"id", "/bundle"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kNotFound);
    EXPECT_THAT(e.what(), HasSubstr("/no/such/crun"));
  }
}

}  // namespace
}  // namespace gantry::host
