// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/lifecycle/artifacts.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/criu_stats.h"
#include "core/lifecycle/verbs/checkpoint.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/restore.h"
#include "core/lifecycle/verbs/start.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::Status;

class Checkpoint : public testing::Test {
 protected:
  std::string running(const std::string& name = "box", bool auto_remove = false) {
    CreateRequest request = FakeEngine::request(name);
    request.config.auto_remove = auto_remove;
    const std::string id = create(fake.get(), request);
    start(fake.get(), id);
    return id;
  }
  Status status(const std::string& id) { return inspect(fake.get(), id).state.status; }
  const layout::Layout& layout() { return fake.get().layout; }

  FakeEngine fake;
};

TEST_F(Checkpoint, ArtifactsLiveWithTheContainer) {
  const std::string id = running();
  add_artifact(layout(), id, "note", "first");
  add_artifact(layout(), id, "note", "second");
  EXPECT_EQ(get_artifact(layout(), id, "note"), "second");
  EXPECT_EQ(artifacts(layout(), id), std::vector<std::string>{"note"});
  EXPECT_EQ(get_artifact(layout(), id, "other"), std::nullopt);
  remove_artifact(layout(), id, "note");
  remove_artifact(layout(), id, "note");
  EXPECT_TRUE(artifacts(layout(), id).empty());
  for (const char* name : {"", ".", "..", "a/b", "/etc/passwd"}) {
    EXPECT_THROW(add_artifact(layout(), id, name, "x"), Error) << name;
  }
  add_artifact(layout(), id, "note", "third");
  (void)remove(fake.get(), id, {.force = true});
  EXPECT_FALSE(gantry::exists(layout().artifacts(id)));
}

TEST_F(Checkpoint, EndsAndGoesOn) {
  const std::string id = running();
  (void)checkpoint(fake.get(), id, {});
  EXPECT_EQ(status(id), Status::kExited);
  EXPECT_NE(inspect(fake.get(), id).state.checkpointed_ns, 0);
  EXPECT_TRUE(has_checkpoint(layout(), id));
  (void)restore(fake.get(), id, {});
  EXPECT_EQ(status(id), Status::kRunning);
  EXPECT_NE(inspect(fake.get(), id).state.restored_ns, 0);
  EXPECT_EQ(inspect(fake.get(), id).state.checkpointed_ns, 0);
  EXPECT_FALSE(has_checkpoint(layout(), id));
  EXPECT_TRUE(artifacts(layout(), id).empty());
}

TEST_F(Checkpoint, WithoutOneThereIsNothingToRestore) {
  const std::string id = create(fake.get(), FakeEngine::request("box"));
  EXPECT_THROW((void)restore(fake.get(), id, {}), Error);
  EXPECT_EQ(status(id), Status::kConfigured);
}

TEST_F(Checkpoint, WhatADeadCommandLeftIsSettled) {
  const std::string id = running();
  // New images that are not whole: the last ones count.
  make_directories(layout().last_checkpoint(id));
  write_file(layout().last_checkpoint(id) / "inventory.img", "last");
  make_directories(layout().checkpoint(id));
  settle_checkpoint(fake.get(), id);
  EXPECT_EQ(read_file(layout().checkpoint(id) / "inventory.img"), "last");
  // Whole ones take their place.
  make_directories(layout().last_checkpoint(id));
  write_file(layout().checkpoint(id) / "inventory.img", "new");
  settle_checkpoint(fake.get(), id);
  EXPECT_EQ(read_file(layout().checkpoint(id) / "inventory.img"), "new");
  EXPECT_FALSE(gantry::exists(layout().last_checkpoint(id)));
}

TEST_F(Checkpoint, ArchiveMakesAContainerOfItsOwn) {
  const std::string id = running();
  const std::string file = fake.folder() / "box.tar";
  (void)checkpoint(fake.get(), id, {.leave_running = true, .export_file = file});
  const RestoreResult twin = restore_archive(fake.get(), file, {.name = "twin"});
  EXPECT_NE(twin.id, id);
  EXPECT_EQ(status(twin.id), Status::kRunning);
  EXPECT_EQ(inspect(fake.get(), twin.id).config.image_id,
            inspect(fake.get(), id).config.image_id);
  // The same id, and the same name, are there already; what has them is left alone.
  EXPECT_THROW((void)restore_archive(fake.get(), file, {}), Error);
  EXPECT_THROW((void)restore_archive(fake.get(), file, {.name = "twin"}), Error);
  EXPECT_EQ(status(id), Status::kRunning);
  EXPECT_EQ(status(twin.id), Status::kRunning);
}

TEST(ConfigDump, OfAnotherEngineOrBroken) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      (void)parse_config_dump(text, "x.tar");
    } catch (const Error& e) {
      return e.what();
    }
    return {};
  };
  EXPECT_NE(message(R"({"id":"a"})").find("not written by gantry"), std::string::npos);
  EXPECT_NE(message("[]").find("not written by gantry"), std::string::npos);
  EXPECT_NE(message(R"({"gantry":{"version":2,"config":{}}})").find("later"),
            std::string::npos);
  EXPECT_NE(message(R"({"gantry":{"version":1,"config":{"id":5}}})").find("config.dump"),
            std::string::npos);
  EXPECT_NE(message("{").find("config.dump in x.tar"), std::string::npos);
  model::ContainerConfig config;
  config.id = std::string(64, 'a');
  config.labels = {{"colour", "red"}};
  EXPECT_EQ(parse_config_dump(config_dump(config, 1), "x.tar").labels, config.labels);
}

std::string image_file(const std::string& message) {
  std::string text = "magicmag";
  const auto size = static_cast<std::uint32_t>(message.size());
  for (unsigned shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>((size >> shift) & 0xffU);
  }
  return text + message;
}

TEST(CriuFigures, ByName) {
  // dump { freezing_time: 300, pages_written: 7, and one that is not known: 1 }
  const std::string file = image_file(std::string("\x0a\x07\x08\xac\x02\x30\x07\x78\x01", 9));
  EXPECT_EQ(dump_figures(file), (Json{{"freezing_time", 300}, {"pages_written", 7}}));
  EXPECT_EQ(restore_figures(file), Json::object());
}

TEST(CriuFigures, OfWhatIsNoSuchFile) {
  for (const std::string& text :
       {std::string(), std::string("short"), image_file("\x0a"), image_file("\x0a\x7f"),
        image_file(std::string("\x0a\x02\x08\xff", 4)), std::string(100, '\xff')}) {
    EXPECT_EQ(dump_figures(text), Json::object());
  }
}

}  // namespace
}  // namespace gantry::lifecycle
