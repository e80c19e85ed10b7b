// SPDX-License-Identifier: Apache-2.0
#include <sys/time.h>

#include <csignal>

#include "core/image/layer_gc.h"
#include "core/image/layer_lock.h"
#include "core/image/lookup.h"
#include "core/image/remove.h"
#include "tests/unit/image/image_fixture.h"

namespace gantry::image {
namespace {

class NamesTest : public ImageTest {
 protected:
  std::string add(const std::vector<Files>& layers, const std::vector<std::string>& tags) {
    const TestImage made = make_image(layers);
    return load(context(), write("i.tar", docker_archive(made, tags)))[0].id;
  }
  std::string find(const std::string& name) {
    return resolve(store_, name, registries_).image.id;
  }
  void add_container(const std::string& id, const std::string& image_id) {
    model::ContainerConfig config;
    config.id = id;
    config.name = "name-of-" + id;
    config.image_id = image_id;
    config.image_layer = image(image_id)->layers.back();
    store_.write(ports::Durability::kRelaxed,
                 [&](store::Writer& writer) { writer.create_container(config, {}); });
  }
  Registries registries_{{"docker.io", "quay.io"}, {{"al", "example.org/aliased"}}};
};

TEST_F(NamesTest, FindsImagesInPodmansOrder) {
  const std::string hub = add({{{"a", "1"}}}, {"app:1"});
  EXPECT_EQ(find("app:1"), hub);
  EXPECT_EQ(find("docker.io/app:1"), hub);
  EXPECT_EQ(find(hub), hub);
  EXPECT_EQ(find("sha256:" + hub), hub);
  EXPECT_EQ(find(hub.substr(0, 6)), hub);
  const std::string mine = add({{{"a", "2"}}}, {"localhost/app:1"});
  EXPECT_EQ(find("app:1"), mine) << "localhost comes first";
  const std::string quay = add({{{"a", "3"}}}, {"quay.io/other:2"});
  EXPECT_EQ(find("other:2"), quay);
  const std::string far = add({{{"a", "4"}}}, {"registry.example/team/deep:9"});
  EXPECT_EQ(find("deep:9"), far);
  EXPECT_EQ(find("team/deep:9"), far);
  const std::string aliased = add({{{"a", "5"}}}, {"example.org/aliased:latest"});
  EXPECT_EQ(find("al"), aliased);
  EXPECT_ERROR(resolve(store_, "nosuch", registries_), Code::kNotFound,
               "nosuch: image not known");
  EXPECT_ERROR(resolve(store_, "No Such", registries_), Code::kNotFound, "image not known");
}

TEST_F(NamesTest, MovesANameToTheNewestImage) {
  const std::string first = add({{{"a", "1"}}}, {"app"});
  const std::string second = add({{{"a", "2"}}}, {"app"});
  EXPECT_EQ(find("app"), second);
  EXPECT_TRUE(image(first)->names.empty());
}

TEST_F(NamesTest, TagsAndUntags) {
  const std::string id = add({{{"a", "1"}}}, {"app"});
  EXPECT_EQ(tag(store_, "app", "copy:2", registries_), "localhost/copy:2");
  EXPECT_EQ(find("copy:2"), id);
  EXPECT_ERROR(tag(store_, "app", "x@" + digest_of("x"), registries_), Code::kInvalid,
               "tag by digest");
  EXPECT_ERROR(untag(store_, "app", {"other"}, registries_), Code::kNotFound, "tag not known");
  EXPECT_EQ(untag(store_, "app", {"copy:2"}, registries_),
            std::vector<std::string>{"localhost/copy:2"});
  EXPECT_EQ(untag(store_, "app", {}, registries_).size(), 1U);
  EXPECT_TRUE(image(id)->names.empty());
}

TEST_F(NamesTest, RemovesNamesThenTheImageThenItsLayers) {
  const std::string id = add({{{"a", "1"}}, {{"b", "2"}}}, {"app", "quay.io/app:2"});
  const std::string other = add({{{"a", "1"}}, {{"c", "3"}}}, {"other"});
  EXPECT_ERROR(remove_image(context(), id, false, registries_), Code::kInvalid,
               "more than one tag");
  const Removal first = remove_image(context(), "app", false, registries_);
  EXPECT_EQ(first.untagged, std::vector<std::string>{"docker.io/library/app:latest"});
  EXPECT_EQ(first.deleted, "");
  const Removal second = remove_image(context(), "quay.io/app:2", false, registries_);
  EXPECT_EQ(second.deleted, id);
  EXPECT_EQ(storage_.layers().size(), 2U) << "the shared layer stays";
  EXPECT_EQ(remove_image(context(), other.substr(0, 12), false, registries_).deleted, other);
  expect_nothing_left();
}

TEST_F(NamesTest, RefusesToRemoveWhatAContainerUses) {
  const std::string id = add({{{"a", "1"}}}, {"app"});
  add_container("c1", id);
  EXPECT_ERROR(remove_image(context(), "app", true, registries_), Code::kBusy,
               "image used by c1: image is in use by a container");
  (void)untag(store_, "app", {}, registries_);
  EXPECT_TRUE(prune_images(context(), true).empty());
  EXPECT_TRUE(collect_garbage(context()).empty());
  EXPECT_EQ(storage_.layers().size(), 1U);
  store_.write(ports::Durability::kRelaxed,
               [](store::Writer& writer) { writer.remove_container("c1"); });
  EXPECT_EQ(prune_images(context(), false).size(), 1U);
  expect_nothing_left();
}

TEST_F(NamesTest, RefusesToRemoveWhatAContainerMounts) {
  const std::string own = add({{{"a", "1"}}}, {"own"});
  const std::string mounted = add({{{"b", "2"}}}, {"mounted"});
  model::ContainerConfig config;
  config.id = "c1";
  config.name = "c1";
  config.image_id = own;
  model::Mount mount;
  mount.kind = model::MountKind::kImage;
  mount.source = "mounted";
  mount.image_id = mounted;
  config.mounts = {mount};
  store_.write(ports::Durability::kRelaxed,
               [&](store::Writer& writer) { writer.create_container(config, {}); });
  EXPECT_ERROR(remove_image(context(), "mounted", true, registries_), Code::kBusy,
               "image used by c1");
  EXPECT_TRUE(prune_images(context(), true).empty());
}

TEST_F(NamesTest, PrunesDanglingImagesOnlyUnlessAskedForAll) {
  const std::string named = add({{{"a", "1"}}}, {"app"});
  const std::string bare = add({{{"a", "2"}}}, {});
  const std::vector<Removal> pruned = prune_images(context(), false);
  ASSERT_EQ(pruned.size(), 1U);
  EXPECT_EQ(pruned[0].deleted, bare);
  EXPECT_TRUE(prune_images(context(), true, [](const model::Image&) { return false; }).empty());
  EXPECT_EQ(prune_images(context(), true)[0].deleted, named);
  expect_nothing_left();
}

TEST_F(NamesTest, WaitingForALoadInProgressCanBeStopped) {
  const LayerLocks loader(folder_ / "images");
  loader.own("layer");
  const LayerLocks second(folder_ / "images", [] { return true; });
  struct sigaction ring {};
  ring.sa_handler = [](int) {};
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGALRM, &ring, &before), 0);
  // Again and again, as the first may come before the wait.
  const itimerval soon{{0, 20'000}, {0, 20'000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &soon, nullptr), 0);
  EXPECT_ERROR(second.share("layer"), Code::kCancelled, "layer");
  const itimerval never{};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &never, nullptr), 0);
  ASSERT_EQ(::sigaction(SIGALRM, &before, nullptr), 0);
}

TEST_F(NamesTest, LeavesTheLayersOfALoadInProgressAlone) {
  const std::string id = add({{{"a", "1"}}}, {"app"});
  const std::string layer = image(id)->layers[0];
  {
    const LayerLocks loader(folder_ / "images");
    loader.share(layer);
    EXPECT_EQ(remove_image(context(), "app", false, registries_).deleted, id);
    EXPECT_EQ(storage_.layers().size(), 1U);
  }
  EXPECT_EQ(collect_garbage(context()), std::vector<std::string>{layer});
  expect_nothing_left();
}

TEST_F(NamesTest, ADamagedLayerGoesWithItsImageAndAllBelowItAfterIt) {
  const std::string id = add({{{"a", "1"}}, {{"b", "2"}}, {{"c", "3"}}}, {"app"});
  storage_.edit(image(id)->layers[1], [](fakes::FakeLayer& layer) { layer.damaged = true; });
  EXPECT_EQ(remove_image(context(), "app", false, registries_).deleted, id);
  (void)collect_garbage(context());
  expect_nothing_left();
  EXPECT_EQ(add({{{"a", "1"}}, {{"b", "2"}}, {{"c", "3"}}}, {"app"}), id);
}

TEST_F(NamesTest, LoadingOntoADamagedLayerNamesIt) {
  const std::string id = add({{{"a", "1"}}}, {"app"});
  storage_.edit(image(id)->layers[0], [](fakes::FakeLayer& layer) { layer.damaged = true; });
  EXPECT_ERROR((void)add({{{"a", "1"}}}, {"app"}), Code::kCorrupt, image(id)->layers[0]);
}

TEST_F(NamesTest, ADamagedLayerInUseKeepsNoOthersFromGoing) {
  const std::string used = add({{{"a", "1"}}}, {"used"});
  (void)add({{{"b", "2"}}}, {"other"});
  storage_.edit(image(used)->layers[0], [](fakes::FakeLayer& layer) { layer.damaged = true; });
  (void)remove_image(context(), "other", false, registries_);
  EXPECT_EQ(storage_.layers().size(), 1U);
  (void)remove_image(context(), "used", false, registries_);
  (void)collect_garbage(context());
  expect_nothing_left();
}

TEST_F(NamesTest, HistoryGivesSizesToLayersThatHaveContent) {
  model::Image image;
  image.id = "top";
  image.names = {"n"};
  image.layer_sizes = {10, 20};
  image.history = {{"", "base", "", false}, {"", "meta", "", true}, {"", "add", "", false}};
  const std::vector<HistoryLine> lines = history_of(image);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].id, "top");
  EXPECT_EQ(lines[0].size, 20U);
  EXPECT_EQ(lines[1].size, 0U);
  EXPECT_EQ(lines[2].id, "<missing>");
  EXPECT_EQ(lines[2].size, 10U);
}

TEST(RegistriesTest, ReadsSearchListsAndAliases) {
  Registries registries;
  read_registries(
      "# comment\nunqualified-search-registries = [\"docker.io\", # hub\n  'quay.io']\n"
      "[[registry]]\nlocation = \"x\"\n[aliases]\n\"a\" = \"example.org/a\"\nb = ''\n",
      "test", registries);
  EXPECT_EQ(registries.search, (std::vector<std::string>{"docker.io", "quay.io"}));
  EXPECT_EQ(registries.aliases, (std::map<std::string, std::string>{{"a", "example.org/a"}}));
  EXPECT_THROW(read_registries("nonsense\n", "test", registries), Error);
}

}  // namespace
}  // namespace gantry::image
