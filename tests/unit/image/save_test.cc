// SPDX-License-Identifier: Apache-2.0
#include "core/image/save.h"

#include <fcntl.h>

#include <gantry/error.hpp>

#include "core/image/layer_split.h"
#include "core/image/lookup.h"
#include "core/image/remove.h"
#include "sdk/support/subprocess.h"
#include "tests/unit/image/image_fixture.h"

namespace gantry::image {
namespace {

class SaveTest : public ImageTest {
 protected:
  std::string shell(const std::string& script) {
    Command command;
    command.argv = {"sh", "-ec", script};
    const CommandResult result = run_command(command);
    EXPECT_EQ(result.exit_code, 0) << script << result.err;
    return result.out;
  }
  // Saves, forgets the image, loads it again: the id must be the same.
  void round_trip(const std::string& id, const SaveOptions& options) {
    const model::Image before = *image(id);
    const std::filesystem::path path =
        folder_ / ("saved" + std::to_string(static_cast<int>(options.format)));
    save(context(), {{before, before.names}}, path, options);
    (void)remove_image(context(), id, true, {});
    expect_nothing_left();
    const auto loaded = load(context(), path, LoadOptions{{}, before.names, {}});
    ASSERT_EQ(loaded.size(), 1U);
    EXPECT_EQ(loaded[0].id, id);
    EXPECT_EQ(image(id)->diff_ids, before.diff_ids);
    EXPECT_EQ(image(id)->names, before.names);
  }
};

TEST_F(SaveTest, KeepsTheIdInEveryFormat) {
  const TestImage made =
      make_image({{{"a", "one"}, {"b", ""}}, {{"c", std::string(1000, 'c')}}});
  const std::string id = load(context(), write("i.tar", docker_archive(made, {"x:1"})))[0].id;
  for (const SaveFormat format : {SaveFormat::kDockerArchive, SaveFormat::kOciArchive,
                                  SaveFormat::kOciDir, SaveFormat::kDockerDir}) {
    round_trip(id, {format, false});
    std::error_code ignored;
    std::filesystem::remove_all(folder_ / ("saved" + std::to_string(static_cast<int>(format))),
                                ignored);
    round_trip(id, {format, true});
  }
}

TEST_F(SaveTest, SavesSeveralImagesIntoOneArchive) {
  const TestImage one = make_image({{{"a", "1"}}, {{"b", "1"}}});
  const TestImage two = make_image({{{"a", "1"}}, {{"b", "2"}}});
  (void)load(context(), write("1.tar", docker_archive(one, {"one"})));
  (void)load(context(), write("2.tar", docker_archive(two, {"two"})));
  const auto path = folder_ / "both.tar";
  save(context(),
       {{*image(one.id()), image(one.id())->names}, {*image(two.id()), image(two.id())->names}},
       path, {});
  (void)prune_images(context(), true);
  expect_nothing_left();
  EXPECT_EQ(load(context(), path).size(), 2U);
  EXPECT_EQ(resolve(store_, "two", load_registries(folder_)).image.id, two.id());
}

// A tar of another tool, in the order and with the headers that it likes: what comes out of
// the store must be the same bytes although the driver's own order is another.
TEST_F(SaveTest, RestoresForeignTarsByteForByte) {
  const auto root = folder_ / "root";
  const std::string long_name(150, 'n');
  shell("mkdir -p " + root.string() + "/z/deep && cd " + root.string() +
        " && echo one > z/1 &&" +
        " ln z/1 a-hard-link && ln -s /z/1 sym && : > empty && echo x > z/deep/" + long_name +
        " && head -c 100000 /dev/urandom > big && touch -d 1999-01-01T00:00:00.123 z/1 && " +
        "truncate -s 1M sparse && echo end >> sparse");
  for (const char* flags : {"--format=gnu", "--format=pax", "--format=ustar --exclude=z/deep/*",
                            "--format=pax --sparse", "--format=gnu --sparse"}) {
    const std::string name = folder_ / "foreign.tar";
    shell("cd " + root.string() + " && tar -c " + flags + " -f " + name +
          " sparse z sym empty big a-hard-link");
    const std::string tar = read_file(name);
    // The driver keeps the files and forgets the rest.
    const std::string mine = folder_ / "sorted.tar";
    shell("cd " + root.string() + " && tar -c --sort=name --format=pax --sparse -f " + mine +
          " .");
    const auto split = folder_ / "split.gz";
    SplitWriter writer(split);
    for (std::size_t at = 0; at < tar.size(); at += 1000) {
      writer.feed(std::string_view(tar).substr(at, 1000));
    }
    writer.finish();
    ASSERT_TRUE(gantry::exists(split)) << flags;
    EXPECT_EQ(joined_size(split), tar.size()) << flags;
    std::string joined;
    const ArchiveSource files(open_file(mine, O_RDONLY), "sorted");
    join_layer(split, files, [&](std::string_view bytes) { joined.append(bytes); });
    EXPECT_TRUE(joined == tar) << flags << ": " << joined.size() << " of " << tar.size();
  }
}

TEST_F(SaveTest, GivesUpOnATarThatNamesAFileTwiceAndSavesItUnderAnotherId) {
  const TestImage made = make_image({{{"a", "first"}, {"a", "second"}}});
  const std::string id = load(context(), write("i.tar", docker_archive(made, {"x"})))[0].id;
  const model::Image stored = *image(id);
  EXPECT_FALSE(gantry::exists(split_path(folder_ / "images", stored.layers[0])));
  // The driver's diff knows one file only.
  storage_.edit(stored.layers[0], [](fakes::FakeLayer& layer) {
    layer.tar = make_tar({{"a", "second"}});
  });
  save(context(), {{stored, stored.names}}, folder_ / "out.tar", {});
  const std::string again = load(context(), folder_ / "out.tar")[0].id;
  EXPECT_NE(again, id);
  EXPECT_EQ(image(again)->diff_ids[0], digest_of(make_tar({{"a", "second"}})));
}

TEST_F(SaveTest, GivesUpOnATarWithAFileAndAFolderOfOneName) {
  for (const bool folder_first : {false, true}) {
    const auto split = folder_ / "split.gz";
    SplitWriter into(split);
    TarWriter writer([&](std::string_view bytes) { into.feed(bytes); });
    if (folder_first) {
      writer.folder("a");
    }
    writer.file("a", "x");
    if (!folder_first) {
      writer.folder("a");
    }
    writer.finish();
    into.finish();
    EXPECT_FALSE(gantry::exists(split));
  }
}

// The driver's own diff of a layer is read with no bound; what a stranger brings is not.
TEST_F(SaveTest, OnlyForeignArchivesAreBounded) {
  const auto path = write("many.tar", make_tar({{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_ERROR(ArchiveSource(open_file(path, O_RDONLY), "many", 2), Code::kInvalid,
               "more than any image");
  const ArchiveSource all(open_file(path, O_RDONLY), "many", 3);
  EXPECT_EQ(all.get("c").text(10), "3");
}

TEST_F(SaveTest, TellsWhenALayerWasChangedAndLeavesNoArchive) {
  const TestImage made = make_image({{{"a", "one"}}});
  const std::string id = load(context(), write("i.tar", docker_archive(made, {"x"})))[0].id;
  for (const Files& changed : {Files{{"a", "two"}}, Files{{"a", "longer"}}, Files{}}) {
    storage_.edit(image(id)->layers[0],
                  [&](fakes::FakeLayer& layer) { layer.tar = make_tar(changed); });
    EXPECT_ERROR(save(context(), {{*image(id), {}}}, folder_ / "out.tar", {}), Code::kCorrupt,
                 "");
    EXPECT_FALSE(gantry::exists(folder_ / "out.tar"));
  }
}

TEST_F(SaveTest, RefusesFoldersThatAreNotEmpty) {
  (void)write("out/file", "x");
  EXPECT_ERROR(save(context(), {}, folder_ / "out", {SaveFormat::kOciDir, false}),
               Code::kExists, "not empty");
  EXPECT_TRUE(gantry::exists(folder_ / "out/file"));
  EXPECT_THROW((void)parse_save_format("zip"), Error);
}

}  // namespace
}  // namespace gantry::image
