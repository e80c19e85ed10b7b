// SPDX-License-Identifier: Apache-2.0
//
// A store and a storage in memory, a folder for files, and small images made by hand.
#pragma once

#include <gantry/error.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/image/config.h"
#include "core/image/context.h"
#include "core/image/load.h"
#include "core/image/manifest.h"
#include "core/image/tar_writer.h"
#include "core/store/store.h"
#include "sdk/support/digest.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_state_store.h"
#include "tests/fakes/fake_storage.h"

namespace gantry::image {

using Files = std::vector<std::pair<std::string, std::string>>;

inline std::string make_tar(const Files& files) {
  std::string tar;
  TarWriter writer([&](std::string_view bytes) { tar.append(bytes); });
  for (const auto& [name, content] : files) {
    writer.file(name, content);
  }
  writer.finish();
  return tar;
}

inline std::string digest_of(std::string_view text) { return "sha256:" + sha256_hex(text); }

// Layers as tars, and the configuration that names them.
struct TestImage {
  std::vector<std::string> layers;
  std::string config;

  [[nodiscard]] std::string id() const { return sha256_hex(config); }
};

inline TestImage make_image(const std::vector<Files>& layers,
                            const Json& config = Json::object()) {
  TestImage image;
  Json diff_ids = Json::array();
  for (const Files& files : layers) {
    image.layers.push_back(make_tar(files));
    diff_ids.push_back(digest_of(image.layers.back()));
  }
  image.config = to_text(Json{{"architecture", "amd64"},
                              {"os", "linux"},
                              {"created", "2024-01-02T03:04:05Z"},
                              {"config", config},
                              {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}}});
  return image;
}

inline std::string docker_archive(const TestImage& image,
                                  const std::vector<std::string>& tags = {}) {
  Files files;
  Json names = Json::array();
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    names.push_back(std::to_string(i) + "/layer.tar");
    files.emplace_back(names.back(), image.layers[i]);
  }
  files.emplace_back(image.id() + ".json", image.config);
  files.emplace_back(
      "manifest.json",
      to_text(Json{{{"Config", image.id() + ".json"}, {"RepoTags", tags}, {"Layers", names}}}));
  return make_tar(files);
}

inline Files oci_files(const TestImage& image, const std::string& name = "") {
  Files files = {{"oci-layout", R"({"imageLayoutVersion":"1.0.0"})"}};
  const auto blob = [&](const std::string& content) {
    files.emplace_back("blobs/sha256/" + sha256_hex(content), content);
  };
  Json layers = Json::array();
  for (const std::string& layer : image.layers) {
    blob(layer);
    layers.push_back(
        {{"mediaType", kOciLayer}, {"digest", digest_of(layer)}, {"size", layer.size()}});
  }
  blob(image.config);
  const std::string manifest = to_text(Json{{"schemaVersion", 2},
                                            {"mediaType", kOciManifest},
                                            {"config",
                                             {{"mediaType", kOciConfig},
                                              {"digest", digest_of(image.config)},
                                              {"size", image.config.size()}}},
                                            {"layers", layers}});
  blob(manifest);
  Json entry = {
      {"mediaType", kOciManifest}, {"digest", digest_of(manifest)}, {"size", manifest.size()}};
  if (!name.empty()) {
    entry["annotations"] = {{"org.opencontainers.image.ref.name", name}};
  }
  files.emplace_back("index.json", to_text(Json{{"schemaVersion", 2}, {"manifests", {entry}}}));
  return files;
}

class ImageTest : public ::testing::Test {
 protected:
  ImageTest() : folder_(make_temp_directory("/tmp/gantry-image-test-XXXXXX")) {}
  ~ImageTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path write(const std::string& name, std::string_view content) {
    const std::filesystem::path path = folder_ / name;
    make_directories(path.parent_path());
    write_file(path, content);
    return path;
  }
  std::filesystem::path write_all_files(const std::string& name, const Files& files) {
    for (const auto& [file, content] : files) {
      (void)write(name + "/" + file, content);
    }
    return folder_ / name;
  }
  [[nodiscard]] Context context() {
    return {storage_,
            store_,
            folder_ / "images",
            folder_ / "tmp",
            {[this](const std::string& line) { lines_.push_back(line); }, {}}};
  }
  [[nodiscard]] std::vector<model::Image> images() {
    return store_.read([](const store::Reader& reader) { return reader.images(); });
  }
  [[nodiscard]] std::optional<model::Image> image(const std::string& id) {
    return store_.read([&](const store::Reader& reader) { return reader.find_image(id); });
  }
  // Nothing of an image is left anywhere.
  void expect_nothing_left() {
    EXPECT_TRUE(images().empty());
    EXPECT_TRUE(storage_.layers().empty());
    const std::filesystem::path splits = folder_ / "images/split";
    if (std::filesystem::exists(splits)) {
      EXPECT_TRUE(std::filesystem::is_empty(splits));
    }
  }

  std::filesystem::path folder_;
  fakes::FakeStateStore state_;
  store::Store store_{state_};
  fakes::FakeStorage storage_{folder_ / "mounts"};
  std::vector<std::string> lines_;
};

// The code of the error that f throws, and a part of its message.
#define EXPECT_ERROR(statement, expected_code, part)                            \
  try {                                                                         \
    (void)(statement);                                                          \
    ADD_FAILURE() << "no error from " #statement;                               \
  } catch (const gantry::Error& e) {                                            \
    EXPECT_EQ(e.code(), expected_code) << e.what();                             \
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what(); \
  }

}  // namespace gantry::image
