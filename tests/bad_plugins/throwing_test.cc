// SPDX-License-Identifier: Apache-2.0
//
// A plug-in that throws from every function: each exception arrives as an Error with a code
// and words, and the next call is made all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <vector>

#include "core/host/registry.h"
#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::StrEq;

class ThrowingPlugins : public ::testing::Test, private trace::Listener {
 protected:
  ThrowingPlugins() : registry_(options()) {
    for (const char* kind : {"oci", "storage", "net", "state"}) {
      root_.add(fs::path(BAD_PLUGINS_DIR) / ("gantry-" + std::string(kind) + "-throws.so"));
    }
    trace::listen(this);
  }
  ~ThrowingPlugins() override { trace::listen(nullptr); }

  void on_finished(const trace::Finished& span) override { trace_.push_back(span.name); }

  HostOptions options() {
    HostOptions options;
    options.directories = {root_.path()};
    options.data_root = root_.path() / "data";
    options.run_root = root_.path() / "run";
    options.config = [this](std::string_view, std::string_view) { return config_; };
    return options;
  }

  static void expect_error(const std::function<void()>& call) {
    try {
      call();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), AnyOf(StrEq("thrown as an Error"), StrEq("thrown as an exception"),
                                  StrEq("out of memory"), StrEq("an unknown exception")));
      EXPECT_EQ(e.code(),
                std::string(e.what()) == "thrown as an Error" ? Code::kBusy : Code::kInternal);
    }
  }

  std::map<std::string, std::string> config_;
  std::vector<std::string> trace_;
  gantry::testing::TrustedDirectory root_;
  PluginRegistry registry_;
};

TEST_F(ThrowingPlugins, Oci) {
  ports::Runtime& runtime = registry_.runtime("throws");
  const std::vector<std::function<void()>> calls{
      [&] { (void)runtime.info(); },
      [&] {
        (void)runtime.create_plan({"id", "/b"});
      },
      [&] { (void)runtime.exec_plan("id"); },
      [&] { (void)runtime.restore_plan({}); },
      [&] { runtime.start("id"); },
      [&] { (void)runtime.state("id"); },
      [&] { runtime.kill("id", 9, ports::KillScope::kAll); },
      [&] { runtime.remove("id", true); },
      [&] { runtime.pause("id"); },
      [&] { runtime.resume("id"); },
      [&] { runtime.update("id", Json::object()); },
      [&] { runtime.checkpoint({}); },
      [&] { (void)runtime.ps("id"); },
      [&] { throw runtime.classify_error(1, "words"); }};
  for (int round = 0; round < 4; ++round) {
    for (const auto& call : calls) {
      expect_error(call);
    }
  }
}

TEST_F(ThrowingPlugins, Storage) {
  ports::Storage& storage = registry_.storage("throws");
  const std::vector<std::function<void()>> calls{[&] { storage.init(); },
                                                 [&] { storage.create({}); },
                                                 [&] { (void)storage.apply("id", 0); },
                                                 [&] { storage.commit("id"); },
                                                 [&] { storage.remove("id"); },
                                                 [&] { (void)storage.list(); },
                                                 [&] { (void)storage.stat("id"); },
                                                 [&] { (void)storage.mount({}); },
                                                 [&] { storage.unmount("id"); },
                                                 [&] { storage.diff("id", 1); },
                                                 [&] { (void)storage.changes("id"); },
                                                 [&] { (void)storage.usage("id"); },
                                                 [&] { storage.recover(); }};
  for (int round = 0; round < 4; ++round) {
    for (const auto& call : calls) {
      expect_error(call);
    }
  }
}

TEST_F(ThrowingPlugins, Net) {
  ports::Network& network = registry_.network("throws");
  const std::vector<std::function<void()>> calls{[&] { (void)network.info(); },
                                                 [&] { (void)network.create(Json::object()); },
                                                 [&] { (void)network.inspect("name"); },
                                                 [&] { (void)network.list(); },
                                                 [&] { network.remove("name"); },
                                                 [&] { (void)network.setup({}); },
                                                 [&] { network.teardown({}); },
                                                 [&] { network.check({}); },
                                                 [&] { network.gc({}); }};
  for (int round = 0; round < 4; ++round) {
    for (const auto& call : calls) {
      expect_error(call);
    }
  }
}

TEST_F(ThrowingPlugins, State) {
  const auto store = registry_.state("throws", root_.path());
  const auto begin = [&](ports::TransactionMode mode) {
    return store->begin(mode, seconds(1));
  };
  for (int round = 0; round < 4; ++round) {
    expect_error([&] { (void)begin(ports::TransactionMode::kRead); });
    expect_error([&] { (void)store->generation(); });
    expect_error([&] { store->check(seconds(1)); });
    expect_error([&] { store->compact(seconds(1)); });
    const auto txn = begin(ports::TransactionMode::kExclusive);
    expect_error([&] { (void)txn->get("key"); });
    expect_error([&] { txn->put("key", "value"); });
    expect_error([&] { txn->del("key"); });
    expect_error([&] { txn->scan("", "", [](auto, auto) { return true; }); });
    expect_error([&] { txn->commit(ports::Durability::kDurable); });
    // The failed commit has ended it.
    EXPECT_THROW(txn->put("key", "value"), Error);
  }
}

TEST_F(ThrowingPlugins, ConstructorFailureIsTheCreateError) {
  config_ = {{"colour", "red"}};
  try {
    (void)registry_.state("throws", root_.path());
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kInvalid);
    EXPECT_STREQ(e.what(), R"(unknown setting in {"colour":"red"})");
  }
}

TEST_F(ThrowingPlugins, CallsThatFailEndInTheTraceToo) {
  expect_error([&] { registry_.storage("throws").init(); });
  EXPECT_THAT(trace_, ::testing::IsSupersetOf({"load storage-throws", "storage-throws.create",
                                               "storage-throws.init"}));
}

}  // namespace
}  // namespace gantry::host
