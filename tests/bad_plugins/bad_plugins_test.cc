// SPDX-License-Identifier: Apache-2.0
//
// Each bad plug-in gets its own clear refusal, and the host goes on with a good one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "core/host/registry.h"
#include "tests/support/trusted_directory.h"

namespace gantry::host {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

HostOptions options_for(const fs::path& root) {
  HostOptions options;
  options.directories = {root};
  options.data_root = root / "data";
  options.run_root = root / "run";
  return options;
}

class BadPlugins : public ::testing::Test {
 protected:
  BadPlugins() : registry_(options_for(root_.path())) {
    root_.add(TEMPLATE_C);
    root_.add(fs::path(BAD_PLUGINS_DIR) / "gantry-state-good.so");
  }

  void TearDown() override {
    // Whatever was refused, others work.
    EXPECT_EQ(registry_.network("nothing").info().at("name"), "nothing");
    const auto store = registry_.state("good", root_.path() / "store");
    store->begin(ports::TransactionMode::kRead, std::chrono::seconds(1));
  }

  fs::path add_bad(const std::string& name) {
    return root_.add(fs::path(BAD_PLUGINS_DIR) / ("gantry-state-" + name + ".so"));
  }

  // Asks for state plug-in name, which must be refused.
  Error refusal(const std::string& name) {
    try {
      (void)registry_.state(name, root_.path() / "store");
    } catch (const Error& e) {
      return e;
    }
    ADD_FAILURE() << name << " was accepted";
    return {Code::kInternal, ""};
  }

  gantry::testing::TrustedDirectory root_;
  PluginRegistry registry_;
};

struct Refused {
  const char* name;
  Code code;
  const char* words;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class RefusedPlugin : public BadPlugins, public ::testing::WithParamInterface<Refused> {};

TEST_P(RefusedPlugin, IsRefusedInItsOwnWords) {
  const fs::path file = add_bad(GetParam().name);
  const Error error = refusal(GetParam().name);
  EXPECT_EQ(error.code(), GetParam().code) << error.what();
  EXPECT_THAT(error.what(), AllOf(HasSubstr(GetParam().words), HasSubstr(file.string())));
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedPlugin,
    ::testing::Values(
        Refused{"noentry", Code::kInvalid, "exports no function gantry_plugin_entry_v1"},
        Refused{"nonote", Code::kInvalid, "carries no note .note.gantry.plugin"},
        Refused{"brokennote", Code::kCorrupt, "its note is malformed"},
        Refused{"nulldescriptor", Code::kInvalid, "returns no descriptor"},
        Refused{"wrongkind", Code::kInvalid,
                "its descriptor says kind 3 (net), its note kind state"},
        Refused{"majortoonew", Code::kUnsupported,
                "it speaks version 7 of interface state, this gantry version 1; install a "
                "newer gantry or an older plug-in"},
        Refused{"majorhidden", Code::kUnsupported, "it speaks version 7 of interface state"},
        Refused{"hosttooold", Code::kUnsupported, "it needs host services 1.99"},
        Refused{"structsize", Code::kInvalid, "its descriptor's struct_size is 8, less than"},
        Refused{"noops", Code::kInvalid, "has no table of functions"},
        Refused{"nullop", Code::kInvalid, "lacks the required function begin"},
        Refused{"shorttable", Code::kInvalid, "lacks the required function commit"},
        Refused{"nocreate", Code::kInvalid, "lacks create or destroy"},
        Refused{"disagree", Code::kInvalid,
                "its note and its descriptor disagree in version: \"1.0\" and \"1.1\""},
        Refused{"unresolved", Code::kInvalid, "a_function_that_nobody_defines"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(BadPlugins, WrongKindInFileName) {
  root_.add(TEMPLATE_C, "gantry-state-nothing.so");
  EXPECT_THAT(refusal("nothing").what(),
              AllOf(HasSubstr("its file name says kind state, but it is a plug-in of kind net"),
                    HasSubstr("name it gantry-net-nothing.so")));
}

TEST_F(BadPlugins, WrongNameInFileName) {
  root_.add(fs::path(BAD_PLUGINS_DIR) / "gantry-state-good.so", "gantry-state-better.so");
  EXPECT_THAT(refusal("better").what(),
              HasSubstr("its file name says \"better\", but it is named \"good\""));
}

TEST_F(BadPlugins, WorldWritableFile) {
  const fs::path file = add_bad("older");
  fs::permissions(file, fs::perms(0757));
  const Error error = refusal("older");
  EXPECT_EQ(error.code(), Code::kPermission);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr(file.string() + " is writable by others than its owner"),
                    HasSubstr("run: chmod go-w " + file.string())));
}

TEST_F(BadPlugins, LinkToAnUntrustedFolder) {
  const fs::path open = root_.path() / "open";
  fs::create_directory(open);
  const fs::path file = open / "gantry-state-older.so";
  fs::copy_file(fs::path(BAD_PLUGINS_DIR) / "gantry-state-older.so", file);
  fs::permissions(file, fs::perms(0755));
  fs::permissions(open, fs::perms(01777));  // the sticky bit is no excuse
  fs::create_symlink(file, root_.path() / "gantry-state-older.so");
  const Error error = refusal("older");
  EXPECT_EQ(error.code(), Code::kPermission);
  EXPECT_THAT(error.what(), HasSubstr(open.string() + " is writable by others"));
}

TEST_F(BadPlugins, FileOfAnotherUser) {
  const fs::path file = add_bad("older");
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  ASSERT_EQ(::chown(file.c_str(), 12345, 0), 0);
  EXPECT_THAT(refusal("older").what(), AllOf(HasSubstr("belongs to user 12345"),
                                             HasSubstr("chown root " + file.string())));
}

TEST_F(BadPlugins, NotAnElfFile) {
  std::ofstream(root_.path() / "gantry-state-text.so") << "echo hello\n";
  EXPECT_THAT(refusal("text").what(), HasSubstr("it is not an ELF file"));
}

TEST_F(BadPlugins, EmptyFile) {
  std::ofstream(root_.path() / "gantry-state-empty.so").flush();
  EXPECT_THAT(refusal("empty").what(), HasSubstr("it is not an ELF file"));
}

TEST_F(BadPlugins, NotARegularFile) {
  ASSERT_EQ(::mkfifo((root_.path() / "gantry-state-pipe.so").c_str(), 0600), 0);
  EXPECT_THAT(refusal("pipe").what(), HasSubstr("it is not a regular file"));
}

TEST_F(BadPlugins, BuiltForAnotherMachine) {
  const fs::path file = add_bad("older");
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(18);  // e_machine
  stream.write("\x08\x00", 2);
  stream.close();
  EXPECT_THAT(refusal("older").what(), HasSubstr("it was built for another machine"));
}

// Wherever the file ends, its note is found whole or it is refused; nothing is read outside.
TEST_F(BadPlugins, CutShortAnywhere) {
  const fs::path file = add_bad("older");
  const std::string whole = read_file(file);
  for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 1500); size += 7) {
    write_file(file, std::string_view(whole).substr(0, size), 0755);
    const PluginFile told = examine(file);
    EXPECT_NE(told.problem.empty(), told.facts.name.empty()) << size;
  }
}

TEST_F(BadPlugins, DanglingLinkIsABrokenHitNotAMiss) {
  fs::create_symlink("/nonexistent", root_.path() / "gantry-state-gone.so");
  EXPECT_THAT(refusal("gone").what(), HasSubstr("gantry-state-gone.so"));
}

TEST_F(BadPlugins, MissingNamesTheFolders) {
  const Error error = refusal("missing");
  EXPECT_EQ(error.code(), Code::kNotFound);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("gantry-state-missing.so"),
                                  HasSubstr(root_.path().string()), HasSubstr("--plugin-dir")));
}

TEST_F(BadPlugins, NameThatIsAPath) {
  EXPECT_THAT(refusal("../good").what(), HasSubstr("invalid plug-in name"));
}

// An older plug-in: shorter descriptor, shorter table. What lies behind is not looked at.
TEST_F(BadPlugins, OlderPluginWorksInANewerHost) {
  add_bad("older");
  const auto store = registry_.state("older", root_.path() / "store");
  store->begin(ports::TransactionMode::kExclusive, std::chrono::seconds(1))
      ->commit(ports::Durability::kRelaxed);
  try {
    (void)store->generation();
    FAIL() << "a function behind struct_size was called";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kUnsupported);
    EXPECT_STREQ(e.what(), "plug-in state-older 1.0 does not support generation");
  }
}

TEST_F(BadPlugins, NewerPluginWorksInAnOlderHost) {
  add_bad("newer");
  const auto store = registry_.state("newer", root_.path() / "store");
  store->begin(ports::TransactionMode::kExclusive, std::chrono::seconds(1))
      ->commit(ports::Durability::kDurable);
  EXPECT_EQ(registry_.inspect("state", "newer").facts.minor, 99);
}

TEST_F(BadPlugins, ListTellsGoodFromBadWithoutLoading) {
  add_bad("majortoonew");
  add_bad("nonote");
  const std::vector<PluginFile> files = registry_.list();
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(files[0].id.kind, "net");
  EXPECT_EQ(files[1].id.name, "good");
  EXPECT_THAT(files[1].problem, IsEmpty());
  EXPECT_EQ(files[1].facts.version, "1.0");
  EXPECT_THAT(files[2].problem, HasSubstr("version 7"));
  EXPECT_THAT(files[3].problem, HasSubstr("no note"));
}

TEST_F(BadPlugins, TemplateInCppKeepsWhatItIsTold) {
  root_.add(TEMPLATE_CPP);
  const auto store = registry_.state("file", root_.path() / "store");
  auto txn = store->begin(ports::TransactionMode::kExclusive, std::chrono::seconds(1));
  txn->put("key", "value");
  txn->commit(ports::Durability::kDurable);
  txn = store->begin(ports::TransactionMode::kRead, std::chrono::seconds(1));
  EXPECT_EQ(txn->get("key"), "value");
  EXPECT_EQ(txn->get("other"), std::nullopt);
}

}  // namespace
}  // namespace gantry::host
