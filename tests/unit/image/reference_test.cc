// SPDX-License-Identifier: Apache-2.0
#include "core/image/reference.h"

#include <gantry/error.hpp>

#include <gtest/gtest.h>

namespace gantry::image {
namespace {

const std::string kHex(64, 'a');

TEST(Reference, FillsInDockersDefaults) {
  const std::pair<const char*, const char*> cases[] = {
      {"alpine", "docker.io/library/alpine:latest"},
      {"alpine:3.19", "docker.io/library/alpine:3.19"},
      {"team/app", "docker.io/team/app:latest"},
      {"docker.io/alpine", "docker.io/library/alpine:latest"},
      {"index.docker.io/alpine", "docker.io/library/alpine:latest"},
      {"quay.io/team/app:v1", "quay.io/team/app:v1"},
      {"localhost/app", "localhost/app:latest"},
      {"localhost:5000/app", "localhost:5000/app:latest"},
      {"127.0.0.1:5000/a/b/c:d", "127.0.0.1:5000/a/b/c:d"},
      {"[::1]:5000/app:x", "[::1]:5000/app:x"},
      {"a__b/c-d--e.f", "docker.io/a__b/c-d--e.f:latest"},
  };
  for (const auto& [given, full] : cases) {
    EXPECT_EQ(normalize(given).text(), full) << given;
  }
  EXPECT_EQ(normalize("x@sha256:" + kHex).text(), "docker.io/library/x@sha256:" + kHex);
  EXPECT_EQ(normalize("x:1@sha256:" + kHex).text(), "docker.io/library/x:1@sha256:" + kHex);
}

TEST(Reference, GivesShortNamesOfItsOwnToLocalhost) {
  EXPECT_EQ(normalize_local("app").text(), "localhost/app:latest");
  EXPECT_EQ(normalize_local("team/app:1").text(), "localhost/team/app:1");
  EXPECT_EQ(normalize_local("quay.io/app:1").text(), "quay.io/app:1");
}

TEST(Reference, RefusesWhatIsNone) {
  for (const std::string bad : {"",
                                " ",
                                "a b",
                                "-a",
                                "a-",
                                "a/",
                                "/a",
                                "a//b",
                                "a..b",
                                "a.__b",
                                "a:",
                                "a:-x",
                                "a@sha256:12",
                                "a@",
                                "quay.io:x/app",
                                "-quay.io/app",
                                "a:b:c",
                                "a___b",
                                "../a",
                                "a/../b",
                                "a\nb"}) {
    try {
      (void)normalize(bad);
      ADD_FAILURE() << "accepted \"" << bad << "\"";
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kInvalid);
      EXPECT_TRUE(std::string(e.what()).starts_with("invalid reference format")) << e.what();
    }
  }
  EXPECT_THROW((void)normalize(kHex), Error);
  EXPECT_THROW((void)normalize("quay.io/" + std::string(300, 'a')), Error);
  EXPECT_THROW((void)normalize("a:" + std::string(129, 'a')), Error);
  try {
    (void)normalize("Alpine");
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "invalid reference format: repository name must be lowercase");
  }
}

TEST(Reference, LocalCandidatesStartWithLocalhost) {
  EXPECT_EQ(
      local_candidates("a:1", {"docker.io", "quay.io"}),
      (std::vector<std::string>{"localhost/a:1", "docker.io/library/a:1", "quay.io/a:1"}));
  EXPECT_EQ(local_candidates("quay.io/a"), std::vector<std::string>{"quay.io/a:latest"});
}

}  // namespace
}  // namespace gantry::image
