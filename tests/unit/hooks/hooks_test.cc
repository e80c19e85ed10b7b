// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/hooks/run_hook.h"
#include "sdk/support/files.h"

namespace gantry::hooks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HooksTest : public testing::Test {
 protected:
  HooksTest()
      : folder_(make_temp_directory(fs::temp_directory_path() / "gantry-hooks-XXXXXX")) {
    fs::create_directory(folder_ / "early");
    fs::create_directory(folder_ / "late");
  }
  ~HooksTest() override { remove_tree(folder_); }

  void put(const std::string& name, const Json& json) const {
    write_file(folder_ / name, json.dump());
  }
  [[nodiscard]] Program script(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, "#!/bin/sh\n" + text + "\n", 0755);
    Program program;
    program.path = folder_ / name;
    return program;
  }
  static Json hook(const Json& when, const Json& stages = {"prestart"},
                   const std::string& path = "/bin/true") {
    return {
        {"version", "1.0.0"}, {"hook", {{"path", path}}}, {"when", when}, {"stages", stages}};
  }
  [[nodiscard]] bool fits(const Json& when, const Subject& subject) const {
    put("fits.json", hook(when));
    return read_hook(folder_ / "fits.json")->when.fits(subject);
  }
  [[nodiscard]] std::string refusal(const Json& json) const {
    put("bad.json", json);
    try {
      (void)read_hook(folder_ / "bad.json");
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kInvalid);
      return e.what();
    }
    return "";
  }
  fs::path folder_;
};

// An image may name a command of any length.
TEST_F(HooksTest, AHugeCommandIsRefusedAndNotSearched) {
  const Subject subject{{}, std::string(200'000, 'x'), false};
  EXPECT_THROW((void)fits({{"commands", {".*"}}}, subject), Error);
  EXPECT_TRUE(fits({{"always", true}}, subject));
  EXPECT_TRUE(fits({{"commands", {"(x|y)*$"}}}, Subject{{}, std::string(4096, 'x'), false}));
}

TEST_F(HooksTest, EveryGivenConditionMustHold) {
  const Subject subject{{{"com.example.key", "value"}}, "/bin/sh", true};
  EXPECT_TRUE(fits({{"always", true}}, subject));
  EXPECT_FALSE(fits({{"always", false}, {"commands", {"sh"}}}, subject));
  EXPECT_FALSE(fits(Json::object(), subject));
  EXPECT_TRUE(fits({{"hasBindMounts", true}}, subject));
  EXPECT_FALSE(fits({{"hasBindMounts", true}}, Subject{{}, "/bin/sh", false}));
  EXPECT_TRUE(fits({{"commands", {"^/usr", "sh$"}}}, subject));
  EXPECT_FALSE(fits({{"commands", {"^sh"}}}, subject));
  EXPECT_TRUE(fits({{"annotations", {{"^com\\.example\\.", "^v"}}}}, subject));
  EXPECT_FALSE(fits({{"annotations", {{"^com\\.example\\.", "x"}}}}, subject));
  EXPECT_FALSE(fits({{"always", true}, {"commands", {"other"}}}, subject));
}

TEST_F(HooksTest, RefusesWhatItCannotHonour) {
  EXPECT_THAT(refusal(hook({{"always", true}}, {"nowhere"})), HasSubstr("unknown stage"));
  EXPECT_THAT(refusal(hook({{"always", true}}, Json::array())), HasSubstr("stages"));
  EXPECT_THAT(refusal(hook({{"always", true}}, {"prestart"}, "relative")),
              HasSubstr("absolute"));
  EXPECT_THAT(refusal(hook({{"commands", {"("}}})), HasSubstr("regular expression"));
  Json old = hook({{"always", true}});
  old["version"] = "0.1.0";
  EXPECT_THAT(refusal(old), HasSubstr("unrecognized hook version"));
  EXPECT_THAT(refusal(Json{{"version", "1.0.0"}}), HasSubstr("bad.json"));
}

TEST_F(HooksTest, LaterFoldersReplaceAndFileNamesOrder) {
  put("early/20-b.json", hook({{"always", true}}, {"poststart"}, "/bin/false"));
  put("early/30-c.json", hook({{"always", true}}, {"poststart"}, "/bin/cat"));
  put("late/20-b.json", hook({{"always", true}}, {"poststart"}, "/bin/true"));
  put("late/10-a.json", hook({{"always", true}}, {"precreate", "poststop"}, "/bin/ls"));
  put("late/40-gone.json", hook({{"always", true}}, {"poststart"}, "/nowhere/program"));
  put("late/50-other.txt", Json("not a hook"));
  const auto hooks = read_hooks({folder_ / "early", folder_ / "late", folder_ / "missing"});
  const Chosen chosen = choose(hooks, {});
  ASSERT_EQ(chosen.runtime.at("poststart").size(), 2U);
  EXPECT_EQ(chosen.runtime["poststart"][0]["path"], "/bin/true");
  EXPECT_EQ(chosen.runtime["poststart"][1]["path"], "/bin/cat");
  EXPECT_FALSE(chosen.runtime.contains("poststop"));
  ASSERT_EQ(chosen.precreate.size(), 1U);
  ASSERT_EQ(chosen.poststop.size(), 1U);
}

TEST_F(HooksTest, PrecreateRewritesInOrder) {
  const Json spec{{"process", {{"args", {"one"}}}}, {"root", {{"path", "/r"}}}};
  const Json changed =
      run_precreate({script("a", "sed s/one/two/"), script("b", "cat >/dev/null"),
                     script("c", "sed s/two/three/")},
                    spec);
  EXPECT_EQ(changed["process"]["args"][0], "three");
}

TEST_F(HooksTest, PrecreateThatFailsOrHangsIsTold) {
  const Json spec{{"process", Json::object()}, {"root", Json::object()}};
  EXPECT_THROW((void)run_precreate({script("a", "exit 3")}, spec), Error);
  EXPECT_THROW((void)run_precreate({script("b", "echo '{}'")}, spec), Error);
  Program slow = script("c", "sleep 100");
  slow.timeout_s = 1;
  try {
    (void)run_precreate({slow}, spec);
    FAIL() << "not stopped";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kTimeout);
  }
}

TEST_F(HooksTest, PoststopGetsTheStateOnce) {
  const fs::path out = folder_ / "out";
  Program good = script("good", "cat >> $OUT");
  good.env = {"OUT=" + out.string(), "PATH=/bin:/usr/bin"};
  keep_poststop(folder_ / "kept", {script("bad", "exit 1"), good},
                {{"ociVersion", "1.0.2"}, {"annotations", {{"a", "b"}}}});
  EXPECT_THAT(run_poststop(folder_ / "kept", "abc", "/bundle"),
              ElementsAre(HasSubstr("exit code 1")));
  const Json state = parse_json(read_file(out), "state");
  EXPECT_EQ(state, (Json{{"ociVersion", "1.0.2"},
                         {"id", "abc"},
                         {"status", "stopped"},
                         {"bundle", "/bundle"},
                         {"annotations", {{"a", "b"}}}}));
  EXPECT_THAT(run_poststop(folder_ / "kept", "abc", "/bundle"), IsEmpty());
  EXPECT_EQ(parse_json(read_file(out), "state"), state);
}

}  // namespace
}  // namespace gantry::hooks
