// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "core/lifecycle/create_request.h"
#include "core/lifecycle/signals.h"

namespace gantry::lifecycle {
namespace {

model::Image image() {
  model::Image made;
  made.id = "cafe";
  made.layers = {"low", "high"};
  made.defaults.env = {"PATH=/image", "FROM=image"};
  made.defaults.entrypoint = {"/entry"};
  made.defaults.command = {"default"};
  made.defaults.workdir = "/work";
  made.defaults.user = "app";
  made.defaults.stop_signal = "SIGQUIT";
  made.defaults.labels = {{"a", "image"}, {"b", "image"}};
  made.defaults.volumes = {"/data"};
  made.defaults.exposed_ports = {"80/tcp"};
  made.defaults.health_test = {"CMD-SHELL", "true"};
  return made;
}

TEST(Merge, ImageGivesWhatIsNotAsked) {
  const model::Image from = image();
  const model::ContainerConfig config = merge({}, &from);
  EXPECT_EQ(config.process.argv(), (std::vector<std::string>{"/entry", "default"}));
  EXPECT_EQ(config.process.workdir, "/work");
  EXPECT_EQ(config.process.user, "app");
  EXPECT_EQ(config.process.stop_signal, "3");
  EXPECT_EQ(config.process.env.at("PATH"), "/image");
  EXPECT_EQ(config.image_layer, "high");
  ASSERT_EQ(config.mounts.size(), 1U);
  EXPECT_TRUE(config.mounts[0].anonymous);
  EXPECT_EQ(config.network.exposed, std::vector<std::string>{"80/tcp"});
  EXPECT_EQ(config.health.test.size(), 2U);
}

TEST(Merge, RequestWins) {
  const model::Image from = image();
  CreateRequest request;
  request.command = {"other"};
  request.workdir = "/else";
  request.user = "root";
  request.stop_signal = "9";
  request.env = {{"FROM", "user"}};
  request.config.labels = {{"a", "user"}};
  request.health.none = true;
  request.image_volumes = "ignore";
  const model::ContainerConfig config = merge(request, &from);
  EXPECT_EQ(config.process.argv(), (std::vector<std::string>{"/entry", "other"}));
  EXPECT_EQ(config.process.workdir, "/else");
  EXPECT_EQ(config.process.user, "root");
  EXPECT_EQ(config.process.stop_signal, "9");
  EXPECT_EQ(config.process.env.at("FROM"), "user");
  EXPECT_EQ(config.labels.at("a"), "user");
  EXPECT_EQ(config.labels.at("b"), "image");
  EXPECT_TRUE(config.health.test.empty());
  EXPECT_TRUE(config.mounts.empty());
}

TEST(Merge, EntrypointDropsTheImagesCommand) {
  const model::Image from = image();
  CreateRequest request;
  request.entrypoint = std::vector<std::string>{"/mine"};
  EXPECT_EQ(merge(request, &from).process.argv(), std::vector<std::string>{"/mine"});
  request.entrypoint = std::vector<std::string>{};
  EXPECT_THROW((void)merge(request, &from), Error);
}

// An image must not make the runner of its checks run without pause.
TEST(Merge, TimesOfHealthChecksAreSensible) {
  model::Image from = image();
  for (const std::int64_t bad : {std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
    from.defaults.health_interval_ns = bad;
    EXPECT_THROW((void)merge({}, &from), Error) << bad;
    from.defaults.health_interval_ns = 0;
    from.defaults.health_start_period_ns = bad;
    EXPECT_THROW((void)merge({}, &from), Error) << bad;
    CreateRequest request;
    request.health.start_period_ns = 1'000'000;
    EXPECT_NO_THROW((void)merge(request, &from)) << bad;
    from.defaults.health_start_period_ns = 0;
  }
}

// An image may write a destination in many ways; a volume of the user's is not hidden.
TEST(Merge, VolumesOfTheImageAreComparedClean) {
  model::Image from = image();
  from.defaults.volumes = {"/data/", "/data/../data/./", "/more//deep/"};
  CreateRequest request;
  model::Mount mine;
  mine.kind = model::MountKind::kVolume;
  mine.source = "mine";
  mine.destination = "/data";
  request.config.mounts = {mine};
  const model::ContainerConfig config = merge(request, &from);
  ASSERT_EQ(config.mounts.size(), 2U);
  EXPECT_EQ(config.mounts[0].source, "mine");
  EXPECT_EQ(config.mounts[1].destination, "/more/deep");
}

TEST(Merge, VolumesThatAreNoPlaceAreRefused) {
  model::Image from = image();
  CreateRequest ignoring;
  ignoring.image_volumes = "ignore";
  for (const char* bad : {"", "x", "/", "/..", "../etc"}) {
    from.defaults.volumes = {bad};
    EXPECT_THROW((void)merge({}, &from), Error) << bad;
    EXPECT_NO_THROW((void)merge(ignoring, &from)) << bad;
  }
}

TEST(Signals, NamesAndNumbers) {
  EXPECT_EQ(parse_signal("SIGTERM"), 15);
  EXPECT_EQ(parse_signal("term"), 15);
  EXPECT_EQ(parse_signal("9"), 9);
  EXPECT_EQ(parse_signal("RTMIN"), 34);
  EXPECT_EQ(parse_signal("SIGRTMIN+3"), 37);
  EXPECT_EQ(parse_signal("SIGRTMAX-1"), 63);
  for (const char* bad :
       {"", "0", "65", "SIGNOPE", "RTMIN+31", "RTMIN+2147483647", "RTMAX+1", "-3"}) {
    EXPECT_THROW((void)parse_signal(bad), Error) << bad;
  }
  EXPECT_EQ(signal_name(15), "SIGTERM");
}

}  // namespace
}  // namespace gantry::lifecycle
