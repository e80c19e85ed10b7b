// SPDX-License-Identifier: Apache-2.0
#include "core/model/id_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gantry/error.hpp>

#include "core/model/container_config.h"

namespace gantry::model {
namespace {

using testing::HasSubstr;

template <typename F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kInvalid);
    return e.what();
  }
  return "no error";
}

std::string refusal(const IdRanges& ranges) {
  return error_of([&] { require_valid({ranges, {{0, 0, 1}}}); });
}

TEST(IdMapping, LooksUpBothWays) {
  const IdRanges ranges{{0, 1000, 1}, {1, 100000, 65535}};
  EXPECT_EQ(to_host(ranges, 0), 1000U);
  EXPECT_EQ(to_host(ranges, 65535), 165534U);
  EXPECT_EQ(to_host(ranges, 65536), std::nullopt);
  EXPECT_EQ(to_container(ranges, 100000), 1U);
  EXPECT_EQ(to_container(ranges, 0), std::nullopt);
  EXPECT_EQ(to_host({}, 7), 7U);
  EXPECT_EQ(root_of({ranges, {{0, 5, 1}}}), (Owner{1000, 5}));
  EXPECT_EQ(root_of({}), (Owner{0, 0}));
}

TEST(IdMapping, ParsesWhatPodmanParses) {
  EXPECT_EQ(parse_id_range("0:100000:65536", "UID"), (IdRange{0, 100000, 65536}));
  EXPECT_EQ(text_of({0, 100000, 65536}), "0:100000:65536");
  for (const char* bad : {"", "0", "0:1", "0:1:", ":1:2", "a:1:2", "0:-1:2", "0:1:2:3",
                          " 0:1:2", "0:1:4294967296"}) {
    EXPECT_EQ(error_of([&] { (void)parse_id_range(bad, "UID"); }),
              "initializing ID mappings: UID setting is malformed expected "
              "[\"uint32:uint32:uint32\"]: [\"" +
                  std::string(bad) + "\"]");
  }
}

TEST(IdMapping, RefusesWhatTheKernelWouldRefuse) {
  EXPECT_EQ(refusal({{0, 100000, 10}, {10, 5, 1}}), "no error");
  EXPECT_EQ(refusal({{0, 0, 4294967295}}), "no error");
  EXPECT_THAT(refusal({{0, 0, 0}}), HasSubstr("maps no ids"));
  EXPECT_THAT(refusal({{0, 1, 4294967295}}), HasSubstr("beyond the last id"));
  EXPECT_THAT(refusal({{0, 100000, 10}, {5, 3, 3}}),
              HasSubstr("0:100000:10 and 5:3:3 overlap inside the container"));
  EXPECT_THAT(refusal({{0, 100000, 10}, {10, 100009, 3}}), HasSubstr("overlap on the host"));
  EXPECT_THAT(refusal({{1, 100000, 10}}), HasSubstr("container ID 0 cannot be mapped"));
  EXPECT_THAT(refusal({}), "no error") << "identity";
  IdRanges many;
  for (std::uint32_t i = 0; i < 341; ++i) {
    many.push_back({i, 100000 + 2 * i, 1});
  }
  EXPECT_THAT(refusal(many), HasSubstr("the kernel takes 340"));
  many.pop_back();
  EXPECT_EQ(refusal(many), "no error");
}

TEST(IdMapping, IsInTheRecordOnlyWhereThereIsOne) {
  ContainerConfig config;
  EXPECT_FALSE(Json(config).contains("id_mapping"));
  config.id_mapping = {{{0, 100000, 10}}, {{0, 200000, 10}}};
  EXPECT_EQ(Json(config).get<ContainerConfig>().id_mapping, config.id_mapping);
}

}  // namespace
}  // namespace gantry::model
