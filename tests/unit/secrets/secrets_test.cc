// SPDX-License-Identifier: Apache-2.0
#include "core/secrets/secrets.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "sdk/support/files.h"
#include "tests/fakes/fake_state_store.h"

namespace gantry::secrets {
namespace {

namespace fs = std::filesystem;

class SecretsTest : public testing::Test {
 protected:
  SecretsTest()
      : base_(make_temp_directory(fs::temp_directory_path() / "gantry-secret-XXXXXX")) {}
  ~SecretsTest() override { remove_tree(base_); }

  static NewSecret named(const std::string& name, const std::string& data = "data") {
    NewSecret secret;
    secret.name = name;
    secret.data = data;
    return secret;
  }
  [[nodiscard]] std::size_t files() const {
    std::error_code none;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_, none), fs::directory_iterator()));
  }
  template <typename F>
  static Code code_of(F f) {
    try {
      f();
    } catch (const Error& e) {
      return e.code();
    }
    return {};
  }

  fs::path base_;
  fs::path folder_ = base_ / "secrets";
  fakes::FakeStateStore state_;
  store::Store store_{state_};
  Secrets secrets_{store_, folder_};
};

TEST_F(SecretsTest, RootAloneCanRead) {
  const std::string id = secrets_.create(named("one"));
  EXPECT_EQ(secrets_.data(id), "data");
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / id).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
}

TEST_F(SecretsTest, WaitingForAnotherCommandCanBeStopped) {
  (void)secrets_.create(named("one"));
  const UniqueFd other = open_file(folder_, O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  Secrets impatient(store_, folder_, [] { return true; });
  EXPECT_EQ(code_of([&] { (void)impatient.create(named("two")); }), Code::kCancelled);
  ASSERT_EQ(::flock(other.get(), LOCK_UN), 0);
  (void)impatient.create(named("two"));
}

TEST_F(SecretsTest, FoundByNameIdAndPrefix) {
  const std::string id = secrets_.create(named("one"));
  for (const std::string& word : {std::string("one"), id, id.substr(0, 20)}) {
    EXPECT_EQ(secrets_.inspect(word).id, id);
  }
  EXPECT_EQ(code_of([&] { (void)secrets_.inspect(""); }), Code::kNotFound);
}

TEST_F(SecretsTest, RefusesWhatIsWrong) {
  (void)secrets_.create(named("one"));
  EXPECT_EQ(code_of([&] { (void)secrets_.create(named("one")); }), Code::kExists);
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(code_of([&] { (void)secrets_.create(named("-x")); }), Code::kInvalid);
  EXPECT_EQ(code_of([&] { (void)secrets_.create(named("a/b")); }), Code::kInvalid);
  EXPECT_EQ(code_of([&] { (void)secrets_.create(named("two", "")); }), Code::kInvalid);
  EXPECT_EQ(code_of([&] {
              (void)secrets_.create(named("two", std::string(Secrets::kMaxSize, 'x')));
            }),
            Code::kInvalid);
  NewSecret other = named("two");
  other.driver = "pass";
  EXPECT_EQ(code_of([&] { (void)secrets_.create(other); }), Code::kUnsupported);
}

TEST_F(SecretsTest, RemovedWithItsData) {
  const std::string id = secrets_.create(named("one"));
  EXPECT_EQ(secrets_.remove("one"), id);
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(code_of([&] { (void)secrets_.data(id); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { (void)secrets_.remove("one"); }), Code::kNotFound);
}

// Another store may know it: only who made sure of the store takes what it does not know.
TEST_F(SecretsTest, WhatADeadCreateLeftGoesWhenAskedFor) {
  fs::create_directories(folder_);
  write_file(folder_ / "orphan", "data");
  const std::string id = secrets_.create(named("one"));
  (void)secrets_.remove(secrets_.create(named("two")));
  EXPECT_EQ(secrets_.orphans(), std::vector<std::string>{"orphan"});
  secrets_.drop_orphans();
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(secrets_.data(id), "data");
}

}  // namespace
}  // namespace gantry::secrets
