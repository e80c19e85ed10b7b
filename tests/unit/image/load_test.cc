// SPDX-License-Identifier: Apache-2.0
#include "core/image/load.h"

#include <fcntl.h>

#include "core/image/import.h"
#include "core/image/layer_gc.h"
#include "tests/unit/image/image_fixture.h"

namespace gantry::image {
namespace {

const Json kConfig = {{"Cmd", {"sh"}}, {"Env", {"A=b"}}, {"WorkingDir", "/srv"}};

TEST_F(ImageTest, LoadsADockerArchiveWithItsNames) {
  const TestImage made = make_image({{{"a", "one"}}, {{"b", "two"}}}, kConfig);
  const auto path = write("i.tar", docker_archive(made, {"busybox:1", "quay.io/x/y:z"}));
  const std::vector<LoadedImage> loaded = load(context(), path);
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(loaded[0].id, made.id());
  EXPECT_EQ(loaded[0].names,
            (std::vector<std::string>{"docker.io/library/busybox:1", "quay.io/x/y:z"}));
  const std::optional<model::Image> stored = image(made.id());
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->layers, chain_ids(stored->diff_ids));
  EXPECT_EQ(stored->defaults.command, std::vector<std::string>{"sh"});
  EXPECT_EQ(stored->defaults.workdir, "/srv");
  EXPECT_EQ(stored->config_json, made.config);
  EXPECT_EQ(stored->size, made.layers[0].size() + made.layers[1].size());
  EXPECT_TRUE(stored->digest.starts_with("sha256:"));
  EXPECT_EQ(storage_.layers().at(stored->layers[1]).parent, stored->layers[0]);
  EXPECT_EQ(storage_.layers().at(stored->layers[1]).tar, made.layers[1]);
  EXPECT_TRUE(storage_.staged().empty());
}

TEST_F(ImageTest, LoadsAnOciLayoutAsFolderAndAsArchive) {
  const TestImage made = make_image({{{"a", "one"}}}, kConfig);
  const Files files = oci_files(made, "thing:3");
  EXPECT_EQ(load(context(), write_all_files("layout", files))[0].names,
            std::vector<std::string>{"localhost/thing:3"});
  EXPECT_EQ(load(context(), write("layout.tar", make_tar(files)))[0].id, made.id());
  EXPECT_EQ(images().size(), 1U);
  EXPECT_EQ(image(made.id())->repo_digests.size(), 1U);
}

TEST_F(ImageTest, TakesTheImageForTheAskedPlatform) {
  const TestImage amd = make_image({{{"a", "amd"}}});
  const TestImage arm = make_image({{{"a", "arm"}}});
  Files files = oci_files(amd, "thing");
  Json entries = parse_json(files.back().second, "index")["manifests"];
  files.pop_back();
  for (const auto& file : oci_files(arm, "thing")) {
    if (file.first == "index.json") {
      entries.push_back(parse_json(file.second, "index")["manifests"][0]);
    } else {
      files.push_back(file);
    }
  }
  entries[0]["platform"] = {{"os", "linux"}, {"architecture", "amd64"}};
  entries[1]["platform"] = {{"os", "linux"}, {"architecture", "arm64"}};
  const Json index = {{"schemaVersion", 2}, {"manifests", entries}};
  // Once in index.json itself, once in an index that it names.
  Files flat = files;
  flat.emplace_back("index.json", to_text(index));
  const std::string nested = to_text(index);
  files.emplace_back("blobs/sha256/" + sha256_hex(nested), nested);
  files.emplace_back("index.json", to_text(Json{{"schemaVersion", 2},
                                                {"manifests",
                                                 {{{"mediaType", kOciIndex},
                                                   {"digest", digest_of(nested)},
                                                   {"size", nested.size()}}}}}));
  for (const Files& layout : {flat, files}) {
    const auto path = write("layout.tar", make_tar(layout));
    const auto loaded = load(context(), path, {Platform{"linux", "arm64", ""}, {}, {}});
    ASSERT_EQ(loaded.size(), 1U);
    EXPECT_EQ(loaded[0].id, arm.id());
    EXPECT_ERROR(load(context(), path, {Platform{"linux", "s390x", ""}, {}, {}}),
                 Code::kNotFound, "no image found in manifest list for architecture s390x");
  }
}

TEST_F(ImageTest, ReadsNothingOfLayersThatAreThere) {
  const TestImage made = make_image({{{"a", "one"}}, {{"b", "two"}}});
  const auto path = write("i.tar", docker_archive(made, {"x"}));
  (void)load(context(), path);
  int applied = 0;
  storage_.before = [&](std::string_view op) { applied += op == "storage.apply" ? 1 : 0; };
  const TestImage other = make_image({{{"a", "one"}}, {{"c", "three"}}});
  (void)load(context(), write("j.tar", docker_archive(other, {"y"})));
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(image(other.id())->layers[0], image(made.id())->layers[0]);
}

TEST_F(ImageTest, LoadsFromAPipeAndThroughCompression) {
  const TestImage made = make_image({{{"a", std::string(100'000, 'x')}}});
  const auto path = write("i.tar", docker_archive(made, {"x"}));
  for (const char* program : {"gzip", "bzip2", "xz", "zstd"}) {
    if (!find_program(program)) {
      continue;
    }
    const std::string packed = path.string() + "." + program;
    ASSERT_EQ(
        std::system((std::string(program) + " -c " + path.string() + " > " + packed).c_str()),
        0);
    EXPECT_EQ(load(context(), packed)[0].id, made.id()) << program;
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      ::popen(("cat " + path.string()).c_str(), "r"), ::pclose);
  EXPECT_EQ(load(context(), ::fileno(pipe.get()), "-")[0].id, made.id());
}

TEST_F(ImageTest, FollowsLinksInsideADockerArchiveOnly) {
  TestImage made = make_image({{{"a", "one"}}});
  std::string tar = docker_archive(made);
  // The layer's member name leads out of the archive: it is looked up, and not there.
  const std::string config_name = made.id() + ".json";
  const std::string manifest = to_text(Json{{{"Config", config_name},
                                             {"RepoTags", nullptr},
                                             {"Layers", {"../../../../etc/passwd"}}}});
  const auto path =
      write("i.tar", make_tar({{config_name, made.config}, {"manifest.json", manifest}}));
  EXPECT_ERROR(load(context(), path), Code::kCorrupt, "etc/passwd is missing");
  expect_nothing_left();
}

TEST_F(ImageTest, RefusesALayerWithAnotherContent) {
  TestImage made = make_image({{{"a", "one"}}, {{"b", "two"}}});
  made.layers[1] = make_tar({{"b", "evil"}});
  EXPECT_ERROR(load(context(), write("i.tar", docker_archive(made, {"x"}))), Code::kCorrupt,
               "import layer");
  expect_nothing_left();
}

TEST_F(ImageTest, RefusesDocumentsWithAnotherDigest) {
  const TestImage made = make_image({{{"a", "one"}}});
  Files files = oci_files(made);
  for (auto& [name, content] : files) {
    if (name.ends_with(made.id())) {
      content[content.find("amd64")] = 'A';
    }
  }
  EXPECT_ERROR(load(context(), write("i.tar", make_tar(files))), Code::kCorrupt, "is damaged");
  expect_nothing_left();
}

TEST_F(ImageTest, ChecksTheCompressedDigest) {
  const TestImage made = make_image({{{"a", std::string(3000, 'x')}}});
  const auto layer = write("layer", made.layers[0]);
  ASSERT_EQ(std::system(("gzip -n " + layer.string()).c_str()), 0);
  std::string packed = read_file(layer.string() + ".gz");
  TestImage gzipped = made;
  gzipped.layers[0] = packed;
  Files good = oci_files(gzipped);
  // The same stream with rubbish behind it decompresses the same; its digest tells.
  Files bad = good;
  for (auto& [name, content] : bad) {
    if (content == packed) {
      content[9] = '\x07';  // the operating system field of the gzip header
    }
  }
  EXPECT_ERROR(load(context(), write("bad.tar", make_tar(bad))), Code::kCorrupt,
               "its digest is");
  expect_nothing_left();
  EXPECT_EQ(load(context(), write("good.tar", make_tar(good)))[0].id, made.id());
}

TEST_F(ImageTest, TellsARootFilesystemFromAnImage) {
  EXPECT_ERROR(load(context(), write("r.tar", make_tar({{"bin/sh", "x"}}))), Code::kInvalid,
               "gantry import");
  EXPECT_ERROR(load(context(), write("r.txt", std::string(2000, 'x'))), Code::kInvalid,
               "does not match any of the supported image formats");
  EXPECT_ERROR(load(context(), folder_ / "absent"), Code::kNotFound, "absent");
}

TEST_F(ImageTest, ImportsARootFilesystem) {
  const std::string tar = make_tar({{"bin/sh", "x"}});
  const model::Image made =
      import_root(context(), write("r.tar", tar),
                  {"base:1", {"CMD [\"sh\"]", "ENV A=b"}, "", "", "", "", 5'000'000'000});
  EXPECT_EQ(made.names, std::vector<std::string>{"localhost/base:1"});
  EXPECT_EQ(made.diff_ids, std::vector<std::string>{digest_of(tar)});
  EXPECT_EQ(made.defaults.command, std::vector<std::string>{"sh"});
  EXPECT_EQ(made.defaults.env, std::vector<std::string>{"A=b"});
  EXPECT_EQ(made.created_ns, 5'000'000'000);
  EXPECT_EQ(made.id, sha256_hex(made.config_json));
  // An image over the same content finds the layer, whatever it is called.
  TestImage twin = make_image({{{"bin/sh", "x"}}});
  (void)load(context(), write("t.tar", docker_archive(twin, {"twin"})));
  EXPECT_EQ(image(twin.id())->layers, made.layers);
}

// Fails, and dies, at every port call in turn: what is left is clean, or garbage that the
// collection removes, and the same load succeeds afterwards.
struct Death {};

TEST_F(ImageTest, SurvivesEveryFailure) {
  const TestImage made = make_image({{{"a", "one"}}, {{"b", "two"}}});
  const auto path = write("i.tar", docker_archive(made, {"x"}));
  for (const bool dies : {false, true}) {
    for (int nth = 1;; ++nth) {
      int calls = 0;
      bool dead = false;
      const auto hook = [&](std::string_view op) {
        if (dead || ++calls == nth) {
          dead = dies;
          dies ? throw Death() : throw Error(Code::kIo, std::string(op) + " fails");
        }
      };
      storage_.before = hook;
      state_.set_hook([&](std::string_view op, std::string_view) { hook(op); });
      bool failed = false;
      try {
        (void)load(context(), path);
      } catch (const Error&) {
        failed = true;
      } catch (const Death&) {
        failed = true;
      }
      storage_.before = nullptr;
      state_.set_hook(nullptr);
      if (!failed && calls < nth) {
        break;
      }
      if (!failed) {
        continue;  // a tolerated failure
      }
      EXPECT_TRUE(images().empty());
      (void)collect_garbage(context());
      expect_nothing_left();
      EXPECT_EQ(load(context(), path)[0].id, made.id()) << "after failure " << nth;
      store_.write(ports::Durability::kRelaxed,
                   [&](store::Writer& writer) { writer.remove_image(made.id()); });
      (void)collect_garbage(context());
      expect_nothing_left();
    }
    store_.write(ports::Durability::kRelaxed,
                 [&](store::Writer& writer) { writer.remove_image(made.id()); });
    (void)collect_garbage(context());
  }
}

}  // namespace
}  // namespace gantry::image
