// SPDX-License-Identifier: Apache-2.0
#include "core/volume/local_options.h"

#include <gtest/gtest.h>

#include <gantry/error.hpp>

#include <optional>

namespace gantry::volume {
namespace {

std::optional<Code> refused(const std::map<std::string, std::string>& given) {
  try {
    (void)read_local_options(given);
    return std::nullopt;
  } catch (const Error& e) {
    return e.code();
  }
}

TEST(LocalOptions, OfAMountAreTheMountsOwn) {
  const LocalOptions options =
      read_local_options({{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "size=1m,uid=7"}});
  EXPECT_TRUE(options.needs_mount());
  EXPECT_EQ(options.type, "tmpfs");
  EXPECT_EQ(options.device, "tmpfs");
  EXPECT_EQ(options.mount_options, "size=1m,uid=7");
  EXPECT_FALSE(options.owner);
}

TEST(LocalOptions, OfAFolder) {
  const LocalOptions options = read_local_options({{"o", "uid=7,gid=8,noquota"}});
  EXPECT_FALSE(options.needs_mount());
  EXPECT_EQ(options.owner, (model::Owner{7, 8}));
  EXPECT_TRUE(options.copy);
  EXPECT_FALSE(read_local_options({{"nocopy", ""}}).copy);
  EXPECT_FALSE(read_local_options({}).owner);
}

TEST(LocalOptions, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refused({{"colour", "red"}}), Code::kInvalid);
  EXPECT_EQ(refused({{"o", "noexec"}}), Code::kInvalid) << "nothing is mounted";
  EXPECT_EQ(refused({{"o", "uid=bob"}}), Code::kInvalid);
  EXPECT_EQ(refused({{"o", "size=1m"}}), Code::kUnsupported);
}

}  // namespace
}  // namespace gantry::volume
