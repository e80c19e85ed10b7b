// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/mapped_mounts.h"

#include <gtest/gtest.h>
#include <gantry/error.hpp>

namespace gantry::lifecycle {
namespace {

using model::IdMapping;

std::optional<IdMapping> mapping_of(const std::string& option,
                                    const IdMapping& container = {}) {
  model::ContainerConfig config;
  config.id_mapping = container;
  model::Mount mount;
  mount.destination = "/data";
  mount.options = {"ro", option};
  return mount_mapping(config, mount);
}

const IdMapping kContainer{{{0, 100000, 1000}}, {{0, 200000, 1000}}};

TEST(MappedMounts, AsTheContainer) {
  EXPECT_EQ(mapping_of("idmap", kContainer), kContainer);
  EXPECT_EQ(mapping_of("nosuid", kContainer), std::nullopt);
}

TEST(MappedMounts, OfItsOwn) {
  const IdMapping expected{{{0, 1000, 1}, {1, 5000, 9}}, {{0, 50, 10}}};
  EXPECT_EQ(mapping_of("idmap=uids=0-1000-1#1-5000-9;gids=0-50-10"), expected);
  EXPECT_EQ(mapping_of("idmap=gids=3-4-5"), (IdMapping{{{3, 4, 5}}, {{3, 4, 5}}}));
}

TEST(MappedMounts, WithIdsOfTheContainer) {
  EXPECT_EQ(mapping_of("idmap=uids=@0-5-10;gids=@7-0-1", kContainer),
            (IdMapping{{{0, 100005, 10}}, {{7, 200000, 1}}}));
  EXPECT_THROW((void)mapping_of("idmap=uids=@0-995-10", kContainer), Error);
}

TEST(MappedMounts, WhatIsWrongIsTold) {
  for (const char* option :
       {"idmap", "idmap=", "idmap=x", "idmap=uids=", "idmap=uids=1", "idmap=uids=1-2",
        "idmap=uids=1-2-3-4", "idmap=uids=a-2-3", "idmap=uids=0-0-0", "idmap=uids=0-0--1",
        "idmap=uids=99999999999-0-1", "idmap=uids=0-1-1;x=0-1-1"}) {
    try {
      (void)mapping_of(option);
      ADD_FAILURE() << option;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::kInvalid);
      EXPECT_EQ(std::string(e.what()).rfind("mount at /data: idmap: ", 0), 0U) << e.what();
    }
  }
}

}  // namespace
}  // namespace gantry::lifecycle
