// SPDX-License-Identifier: Apache-2.0
//
// Removing what cannot be undone, what is only half there, and what others still look at.
#include "core/lifecycle/removal.h"

#include <gtest/gtest.h>

#include "core/image/remove.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/cleanup.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/run.h"
#include "core/lifecycle/verbs/start.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

using fakes::FakeEngine;
using model::Status;

class Removing : public testing::Test {
 protected:
  std::string create(const CreateRequest& request = FakeEngine::request("box")) {
    return lifecycle::create(engine.get(), request);
  }
  std::string running() {
    const std::string id = create();
    start(engine.get(), id);
    return id;
  }
  // With an anonymous volume.
  static CreateRequest with_volume() {
    CreateRequest request = FakeEngine::request("box");
    model::Mount mount;
    mount.kind = model::MountKind::kVolume;
    mount.destination = "/data";
    request.config.mounts.push_back(mount);
    return request;
  }
  void put_status(const std::string& id, Status status) {
    engine.get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
      model::ContainerState state = *writer.find_state(id);
      state.status = status;
      writer.put_state(id, state);
    });
  }
  std::optional<Status> status_of(const std::string& id) {
    const auto state = engine.get().store.read(
        [&](const store::Reader& reader) { return reader.find_state(id); });
    return state ? std::optional(state->status) : std::nullopt;
  }
  std::size_t volumes() {
    return volume::Volumes(engine.get().store, engine.get().layout.volumes()).list().size();
  }
  // From now on.
  void fail(const std::string& operation) {
    engine.set_hook([operation](std::string_view now) {
      if (now == operation) {
        throw Error(Code::kIo, operation + " does not work");
      }
    });
  }
  std::string failure(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }

  FakeEngine engine;
};

TEST_F(Removing, ForceDropsAtTheSecondTimeWhatCannotBeUndone) {
  for (const char* operation : {"network.teardown", "storage.unmount", "storage.remove",
                                "runtime.remove", "runtime.kill"}) {
    const std::string id = running();
    fail(operation);
    const std::string first = failure([&] { remove(engine.get(), id, {.force = true}); });
    if (std::string_view(operation) != "runtime.kill") {  // else removing ends it, too
      EXPECT_NE(first.find(operation), std::string::npos) << first;
      EXPECT_NE(first.find("rm --force"), std::string::npos) << first;
      EXPECT_EQ(status_of(id), Status::kRemoving);
      EXPECT_NE(failure([&] { remove(engine.get(), id); }), "") << "without force";
      EXPECT_EQ(failure([&] { remove(engine.get(), id, {.force = true}); }), "");
    }
    EXPECT_FALSE(status_of(id)) << operation;
    engine.set_hook(nullptr);
    engine.run_exit_commands();
  }
}

TEST_F(Removing, ForceGoesOnOverWhatADeadCommandLeft) {
  const std::string id = running();
  engine.world.exit(id, 0);
  fail("network.teardown");
  EXPECT_NE(failure([&] { cleanup(engine.get(), id); }), "");
  EXPECT_NE(failure([&] { start(engine.get(), id); }), "");
  const std::string words = failure([&] { remove(engine.get(), id, {.force = true}); });
  EXPECT_NE(words.find("rm --force"), std::string::npos) << words;
  EXPECT_EQ(failure([&] { remove(engine.get(), id, {.force = true}); }), "");
  EXPECT_FALSE(status_of(id));
}

TEST_F(Removing, UnfinishedIsLookedAtUnderTheLock) {
  for (const Status status : {Status::kConfigured, Status::kExited}) {
    const std::string id = create();
    put_status(id, status);
    remove_unfinished(engine.get(), id);
    EXPECT_EQ(status_of(id), status);
    remove(engine.get(), id);
  }
  const std::string id = running();
  remove_unfinished(engine.get(), id);
  EXPECT_EQ(status_of(id), Status::kRunning);
  EXPECT_TRUE(engine.world.find(id));
  remove(engine.get(), id, {.force = true});
  for (const Status status : {Status::kCreating, Status::kRemoving}) {
    const std::string half = create();
    put_status(half, status);
    remove_unfinished(engine.get(), half);
    EXPECT_FALSE(status_of(half));
  }
  remove_unfinished(engine.get(), id);  // gone
}

TEST_F(Removing, AnAbandonedNameIsFree) {
  const std::string id = create();
  put_status(id, Status::kCreating);
  EXPECT_NE(create(), id);
  EXPECT_FALSE(status_of(id));
}

TEST_F(Removing, VolumesGoWithARemovalThatWasBegunToTakeThem) {
  const std::string id = create(with_volume());
  ASSERT_EQ(volumes(), 1U);
  fail("storage.remove");
  EXPECT_NE(failure([&] { remove(engine.get(), id, {.volumes = true}); }), "");
  engine.set_hook(nullptr);
  remove(engine.get(), id);
  EXPECT_EQ(volumes(), 0U);
}

TEST_F(Removing, VolumesOfHalfMadeAndOfRmGoWithThem) {
  const std::string half = create(with_volume());
  put_status(half, Status::kCreating);
  remove_unfinished(engine.get(), half);
  EXPECT_EQ(volumes(), 0U);
  CreateRequest request = with_volume();
  request.config.auto_remove = true;
  remove(engine.get(), create(request));
  EXPECT_EQ(volumes(), 0U);
  remove(engine.get(), create(with_volume()));
  EXPECT_EQ(volumes(), 1U) << "nobody asked for it";
}

TEST_F(Removing, ADamagedCountOfMountsIsNone) {
  const std::string id = create();
  make_directories(engine.get().layout.mounts());
  for (const char* text : {"", "{", "[]", "{\"count\":\"many\"}"}) {
    write_file(engine.get().layout.mounts(id), text);
    EXPECT_EQ(user_mounts(engine.get(), id).count, 0U) << text;
  }
  remove(engine.get(), id);
  EXPECT_TRUE(engine.traces().empty());
}

// Between choosing an image and recording the container, somebody removes the image.
class ImageRemovedMeanwhile : public FakeEngine {
 public:
  model::Backends chosen() override {
    if (armed) {
      armed = false;
      (void)image::remove_image(image_context(get()), "box", false, {});
    }
    return FakeEngine::chosen();
  }
  bool armed = true;
};

TEST(RemovedMeanwhile, AnImageMakesNoContainer) {
  ImageRemovedMeanwhile engine;
  try {
    (void)create(engine.get(), FakeEngine::request("box"));
    ADD_FAILURE() << "created";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kNotFound);
    EXPECT_NE(std::string(e.what()).find("image not known"), std::string::npos) << e.what();
  }
  EXPECT_FALSE(engine.armed);
  EXPECT_TRUE(engine.records().empty());
  EXPECT_TRUE(engine.traces().empty());
}

TEST(Rm, NeedsNoSyncOfItsFiles) {
  FakeEngine engine;
  CreateRequest request = FakeEngine::request("box");
  const std::string kept = create(engine.get(), request);
  request.config.name = "gone";
  request.config.auto_remove = true;
  const std::string gone = create(engine.get(), request);
  EXPECT_EQ(engine.layer_options(kept), "");
  EXPECT_EQ(engine.layer_options(gone), R"({"volatile":"true"})");
}

}  // namespace
}  // namespace gantry::lifecycle
