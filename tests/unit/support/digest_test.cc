// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/digest.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "sdk/support/files.h"

namespace gantry {
namespace {

// FIPS 180-4, examples.
constexpr const char* kEmpty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), kEmpty);
  EXPECT_EQ(sha256_hex("abc"), kAbc);
}

TEST(Digest, TakesItsInputInPieces) {
  Sha256 digest;
  digest.update("a");
  Sha256 moved = std::move(digest);
  moved.update("bc", 2);
  EXPECT_EQ(moved.hex(), kAbc);
}

TEST(Digest, ReadsAFileToItsEnd) {
  const auto folder = make_temp_directory("/tmp/gantry-digest-test-XXXXXX");
  const std::string text(1'000'000, 'a');
  write_file(folder / "file", text);
  EXPECT_EQ(sha256_hex_of_fd(open_file(folder / "file", O_RDONLY).get(), "file"),
            sha256_hex(text));
  remove_tree(folder);
}

}  // namespace
}  // namespace gantry
