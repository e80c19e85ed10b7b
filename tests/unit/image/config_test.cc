// SPDX-License-Identifier: Apache-2.0
#include "core/image/config.h"

#include <gtest/gtest.h>

#include "core/image/manifest.h"
#include "tests/unit/image/image_fixture.h"

namespace gantry::image {
namespace {

Json config_json() {
  return {{"architecture", "amd64"},
          {"os", "linux"},
          {"created", "2024-01-02T03:04:05.5Z"},
          {"author", "me"},
          {"unknown", {{"kept", true}}},
          {"config",
           {{"User", "1:2"},
            {"Env", {"A=b"}},
            {"Entrypoint", {"/e"}},
            {"Cmd", {"c"}},
            {"WorkingDir", "/w"},
            {"StopSignal", "SIGUSR1"},
            {"Volumes", {{"/data", Json::object()}}},
            {"ExposedPorts", {{"80/tcp", Json::object()}}},
            {"Labels", {{"a", "b"}}},
            {"OnBuild", {"RUN x"}},
            {"Healthcheck", {{"Test", {"CMD", "ok"}}, {"Interval", 1000}, {"Retries", 3}}}}},
          {"rootfs", {{"type", "layers"}, {"diff_ids", {digest_of("1")}}}},
          {"history", {{{"created_by", "x"}}, {{"created_by", "y"}, {"empty_layer", true}}}}};
}

TEST(Config, ReadsAllThatContainersInherit) {
  const std::string text = to_text(config_json());
  const model::Image image = parse_config(text, "config");
  EXPECT_EQ(image.id, sha256_hex(text));
  EXPECT_EQ(image.created_ns, 1'704'164'645'500'000'000);
  EXPECT_EQ(image.defaults.user, "1:2");
  EXPECT_EQ(image.defaults.volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(image.defaults.exposed_ports, std::vector<std::string>{"80/tcp"});
  EXPECT_EQ(image.defaults.labels.at("a"), "b");
  EXPECT_EQ(image.defaults.stop_signal, "SIGUSR1");
  EXPECT_EQ(image.defaults.health_test, (std::vector<std::string>{"CMD", "ok"}));
  EXPECT_EQ(image.defaults.health_interval_ns, 1000);
  EXPECT_EQ(image.defaults.health_retries, 3);
  EXPECT_EQ(image.history.size(), 2U);
  EXPECT_TRUE(image.history[1].empty_layer);
}

// Whatever archive it came in: the bound of manifests alone would not hold for docker's.
TEST(Config, HasNoMoreLayersThanCanBeMounted) {
  Json json = config_json();
  json["rootfs"]["diff_ids"] = std::vector<std::string>(kMaxLayers, digest_of("1"));
  EXPECT_EQ(parse_config(to_text(json), "config").diff_ids.size(), kMaxLayers);
  json["rootfs"]["diff_ids"].push_back(digest_of("1"));
  EXPECT_ERROR(parse_config(to_text(json), "config"), Code::kCorrupt, "more than 500 layers");
}

// What gantry does not know is kept, and written again: as deep as it came.
TEST(Config, RefusesEndlessNesting) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_ERROR(parse_config(R"({"x":)" + deep + R"(,"rootfs":{"type":"layers"}})", "config"),
               Code::kCorrupt, "levels deep");
}

TEST(Config, ToleratesWhatIsMissingOrNull) {
  const model::Image image = parse_config(
      R"({"config":null,"history":null,"rootfs":{"type":"layers","diff_ids":null}})", "config");
  EXPECT_TRUE(image.diff_ids.empty());
  EXPECT_EQ(image.created_ns, 0);
  EXPECT_EQ(
      parse_config(R"({"config":{"Entrypoint":"sh","Env":null},"rootfs":{"type":"layers"}})",
                   "config")
          .defaults.entrypoint,
      std::vector<std::string>{"sh"});
}

TEST(Config, NamesTheFieldThatDoesNotHold) {
  const auto with = [](const char* pointer, const Json& value) {
    Json json = config_json();
    json[Json::json_pointer(pointer)] = value;
    return to_text(json);
  };
  const std::tuple<const char*, Json, const char*> cases[] = {
      {"/config/Env", "A=b", "config: Env is not a list of strings"},
      {"/config/Env", {1}, "Env is not a list of strings"},
      {"/config/Labels", {{"a", 1}}, "Labels is not an object of strings"},
      {"/config/Volumes", {"/data"}, "Volumes is not an object"},
      {"/config/User", 0, "User is not a string"},
      {"/config/Healthcheck/Interval", "1s", "Interval is not a whole number"},
      {"/config/Healthcheck/Retries", -1, "out of range"},
      {"/rootfs/diff_ids", {"sha256:../../etc"}, "not a sha256 digest"},
      {"/rootfs/diff_ids", {"sha512:" + std::string(128, 'a')}, "not a sha256 digest"},
      {"/rootfs", nullptr, "has no rootfs"},
      {"/config", Json::array(), "is not a JSON object"},
      {"/history", {1}, "history[0] is not a JSON object"},
  };
  for (const auto& [pointer, value, words] : cases) {
    try {
      (void)parse_config(with(pointer, value), "config");
      ADD_FAILURE() << pointer << " = " << value;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << e.what();
    }
  }
  EXPECT_THROW((void)parse_config("[]", "config"), Error);
  EXPECT_THROW((void)parse_config("{", "config"), Error);
  EXPECT_THROW((void)parse_config(std::string(kMaxDocument + 1, ' '), "config"), Error);
}

TEST(Config, MakesOneThatKeepsWhatItDoesNotKnow) {
  const model::Image parent = parse_config(to_text(config_json()), "config");
  ConfigDraft draft;
  draft.parent = &parent;
  draft.defaults = parent.defaults;
  draft.defaults.command = {"new"};
  draft.defaults.user.clear();
  draft.diff_ids = {digest_of("1"), digest_of("2")};
  draft.history.created_by = "commit";
  draft.created_ns = 5;
  draft.architecture = "arm64";
  const Json made = parse_json(make_config(draft), "made");
  EXPECT_EQ(made["unknown"]["kept"], true);
  EXPECT_EQ(made["config"]["OnBuild"], Json({"RUN x"}));
  EXPECT_EQ(made["config"]["Cmd"], Json({"new"}));
  EXPECT_FALSE(made["config"].contains("User"));
  EXPECT_EQ(made["history"].size(), 3U);
  EXPECT_EQ(made["history"][2]["created_by"], "commit");
  EXPECT_EQ(made["created"], "1970-01-01T00:00:00.000000005Z");
  const model::Image again = parse_config(to_text(made), "made");
  EXPECT_EQ(again.diff_ids, draft.diff_ids);
  EXPECT_EQ(again.defaults.health_test, parent.defaults.health_test);
}

TEST(Config, AppliesChanges) {
  model::ImageDefaults d;
  for (const char* change :
       {"CMD [\"a\",\"b c\"]", "ENTRYPOINT run it", "ENV A=1 B='x y' C=\"q\"", "env A=2",
        "ENV OLD style value", "EXPOSE 80 53/udp", "LABEL k=v", "USER 5:6", "VOLUME /a /b",
        "VOLUME [\"/c d\"]", "WORKDIR /w", "WORKDIR sub", "STOPSIGNAL SIGINT", "CMD=[\"z\"]",
        "ONBUILD RUN a b", "HEALTHCHECK --interval=1m --retries=4 CMD [\"look\", \"x y\"]"}) {
    apply_change(d, change);
  }
  EXPECT_EQ(d.command, std::vector<std::string>{"z"});
  EXPECT_EQ(d.entrypoint, (std::vector<std::string>{"/bin/sh", "-c", "run it"}));
  EXPECT_EQ(d.env, (std::vector<std::string>{"A=2", "B=x y", "C=q", "OLD=style value"}));
  EXPECT_EQ(d.exposed_ports, (std::vector<std::string>{"53/udp", "80/tcp"}));
  EXPECT_EQ(d.volumes, (std::vector<std::string>{"/a", "/b", "/c d"}));
  EXPECT_EQ(d.workdir, "/w/sub");
  EXPECT_EQ(d.on_build, std::vector<std::string>{"RUN a b"});
  EXPECT_EQ(d.health_test, (std::vector<std::string>{"CMD", "look", "x y"}));
  EXPECT_EQ(d.health_interval_ns, 60'000'000'000);
  EXPECT_EQ(d.health_retries, 4);
  apply_change(d, "HEALTHCHECK NONE");
  EXPECT_EQ(d.health_test, std::vector<std::string>{"NONE"});
  EXPECT_EQ(d.health_retries, 0);
  for (const char* bad :
       {"", "CMD", "RUN x", "EXPOSE x", "EXPOSE 99999", "EXPOSE 1/icmp", "LABEL =x", "ENV a",
        "HEALTHCHECK CMD", "HEALTHCHECK NONE x", "HEALTHCHECK --often CMD x",
        "HEALTHCHECK --interval=x CMD x", "HEALTHCHECK --retries=-1 CMD x"}) {
    EXPECT_THROW(apply_change(d, bad), Error) << bad;
  }
}

TEST(Config, ChainIdsAreThoseOfTheSpecification) {
  const std::string a = digest_of("a");
  const std::string b = digest_of("b");
  const std::vector<std::string> chain = chain_ids({a, b});
  EXPECT_EQ("sha256:" + chain[0], a);
  EXPECT_EQ(chain[1], sha256_hex(a + " " + b));
}

TEST(Manifest, ChoosesThePlatform) {
  const auto entry = [](const char* os, const char* arch, const char* variant) {
    return Descriptor{"", arch, 0, {os, arch, variant}, {}};
  };
  const std::vector<Descriptor> entries = {
      entry("linux", "arm64", "v8"), entry("windows", "amd64", ""), entry("linux", "arm", "v5"),
      entry("linux", "arm", "v7"), entry("linux", "amd64", "")};
  EXPECT_EQ(&choose_platform(entries, {"linux", "amd64", ""}), &entries[4]);
  EXPECT_EQ(&choose_platform(entries, {"linux", "arm", "v7"}), &entries[3]);
  EXPECT_EQ(&choose_platform(entries, {"linux", "arm", "v6"}), &entries[2]);
  EXPECT_EQ(&choose_platform(entries, {"linux", "arm64", ""}), &entries[0]);
  EXPECT_ERROR(choose_platform(entries, {"linux", "s390x", ""}), Code::kNotFound,
               "no image found in manifest list for architecture s390x");
}

TEST(Manifest, RefusesWhatCannotBeUsed) {
  const Json descriptor = {{"mediaType", "x"}, {"digest", digest_of("x")}, {"size", 1}};
  EXPECT_ERROR(parse_manifest(R"({"schemaVersion":1})", "manifest"), Code::kUnsupported,
               "schema version 1");
  EXPECT_ERROR(parse_manifest(R"({"schemaVersion":2})", "manifest"), Code::kCorrupt,
               "no configuration");
  Json bad = {{"schemaVersion", 2}, {"config", descriptor}, {"layers", {descriptor}}};
  bad["layers"][0]["size"] = -1;
  EXPECT_ERROR(parse_manifest(to_text(bad), "manifest"), Code::kCorrupt, "size");
  bad["layers"][0] = {{"digest", "md5:1"}};
  EXPECT_ERROR(parse_manifest(to_text(bad), "manifest"), Code::kInvalid, "not a sha256");
}

}  // namespace
}  // namespace gantry::image
