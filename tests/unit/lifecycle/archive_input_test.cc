// SPDX-License-Identifier: Apache-2.0
//
// restore --import of archives that somebody else wrote, or changed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "core/engine/volumes.h"
#include "core/lifecycle/checkpoint_files.h"
#include "core/lifecycle/verbs/checkpoint.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/restore.h"
#include "core/lifecycle/verbs/start.h"
#include "core/tree/pack.h"
#include "core/tree/unpack.h"
#include "sdk/support/files.h"
#include "tests/fakes/fake_engine.h"

namespace gantry::lifecycle {
namespace {

namespace fs = std::filesystem;
using fakes::FakeEngine;

class ArchiveInput : public testing::Test {
 protected:
  ArchiveInput() {
    id = create(fake.get(), FakeEngine::request("box"));
    start(fake.get(), id);
    (void)checkpoint(fake.get(), id, {.leave_running = true, .export_file = archive});
    make_directories(unpacked);
    const UniqueFd tar = open_file(archive, O_RDONLY);
    const UniqueFd folder = open_file(unpacked, O_RDONLY | O_DIRECTORY);
    tree::unpack(tar.get(), folder.get(), "/",
                 {.owner = {}, .overwrite = false, .compressed = true, .mapping = {}},
                 "archive");
  }

  void pack_again() {
    const UniqueFd folder = open_file(unpacked, O_RDONLY | O_DIRECTORY);
    const UniqueFd tar = open_file(archive, O_WRONLY | O_TRUNC);
    tree::pack(folder.get(), {}, tar.get(), "archive");
  }
  void change_config(const std::function<void(model::ContainerConfig&)>& change) {
    model::ContainerConfig config =
        parse_config_dump(read_file(unpacked / kConfigDump), "archive");
    change(config);
    write_file(unpacked / kConfigDump, config_dump(config, 1));
  }
  // The message, or nothing when it went well. Whatever fails leaves nothing.
  std::string import(const ImportOptions& options = {.name = "twin"}) {
    pack_again();
    const std::vector<std::string> before = fake.records();
    try {
      (void)restore_archive(fake.get(), archive, options);
    } catch (const Error& e) {
      EXPECT_EQ(fake.records(), before);
      return e.what();
    }
    return {};
  }
  static void expect_part(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }

  FakeEngine fake;
  std::string id;
  fs::path archive = fake.folder() / "box.tar";
  fs::path unpacked = fake.folder() / "unpacked";
  fs::path host = fake.folder() / "host";
};

TEST_F(ArchiveInput, UnchangedItIsTaken) { EXPECT_EQ(import(), ""); }

TEST_F(ArchiveInput, FoldersOfTheHostAreNotEmptied) {
  make_directories(host);
  write_file(host / "precious", "text");
  fs::create_directory_symlink(host, unpacked / "artifacts");
  expect_part(import(), "artifacts in " + archive.string() + " is no file and no folder");
  EXPECT_EQ(read_file(host / "precious"), "text");
}

TEST_F(ArchiveInput, OnlyFilesAndFolders) {
  const auto refused = [&](const std::string& member) {
    expect_part(import(), member + " in " + archive.string() + " is no file and no folder");
    fs::remove(unpacked / member);
  };
  fs::create_symlink("/etc/shadow", unpacked / "checkpoint/pages-1.img");
  refused("checkpoint/pages-1.img");
  ASSERT_EQ(::mkfifo((unpacked / "checkpoint/fifo").c_str(), 0600), 0);
  refused("checkpoint/fifo");
  fs::create_symlink("config.dump", unpacked / "ctr.log.link");
  refused("ctr.log.link");
  make_directories(unpacked / "artifacts");
  fs::create_symlink("/etc/shadow", unpacked / "artifacts/note");
  refused("artifacts/note");
  EXPECT_EQ(import(), "");
}

TEST_F(ArchiveInput, ArtifactsComeAlong) {
  make_directories(unpacked / "artifacts");
  write_file(unpacked / "artifacts/note", "text");
  EXPECT_EQ(import(), "");
  const std::string twin = inspect(fake.get(), "twin").config.id;
  EXPECT_EQ(read_file(fake.get().layout.artifacts(twin) / "note"), "text");
}

TEST_F(ArchiveInput, DocumentsOfAnySizeAreNotRead) {
  const auto grow = [&](const char* name) {
    const std::string before = read_file(unpacked / name);
    fs::resize_file(unpacked / name, std::uintmax_t{5} << 20U);
    expect_part(import(), std::string(name) + " has more than");
    write_file(unpacked / name, before);
  };
  grow(kConfigDump);
  grow(kNetworkStatus);
  write_file(unpacked / "artifacts", "text");
  EXPECT_NE(import(), "");
}

TEST_F(ArchiveInput, FactsHaveOnePlace) {
  write_file(unpacked / "checkpoint/network.status", "{}");
  expect_part(import(), "checkpoint/network.status in " + archive.string() + " is in a wrong");
  fs::remove(unpacked / "checkpoint/network.status");
  make_directories(unpacked / "artifacts");
  write_file(unpacked / "artifacts/config.dump", "{}");
  expect_part(import(), "artifacts/config.dump in " + archive.string() + " is in a wrong");
}

TEST_F(ArchiveInput, WhatIsOfAnotherHostIsRefused) {
  const std::string before = read_file(unpacked / kConfigDump);
  const auto refused = [&](const std::string& part,
                           const std::function<void(model::ContainerConfig&)>& change) {
    change_config(change);
    expect_part(import(), part);
    write_file(unpacked / kConfigDump, before);
  };
  using Config = model::ContainerConfig;
  refused("depends on other containers", [&](Config& config) {
    config.pid = {"container", id};
  });
  refused("depends on other containers", [&](Config& config) {
    config.network.mode = model::NetworkMode::kContainer;
    config.network.mode_value = id;
  });
  refused("a folder of its host, /etc", [](Config& config) { config.rootfs = "/etc"; });
  refused("AppArmor profile is a file",
          [](Config& config) { config.security.apparmor_profile = "/etc/passwd"; });
  refused("invalid cgroup parent \"/a/../../../etc\"",
          [](Config& config) { config.cgroup_parent = "/a/../../../etc"; });
  refused("invalid MAC address", [](Config& config) {
    config.network.attachments.at(0).static_mac = "02:00:00:00:00:01;IP=10.0.0.1";
  });
  refused("10.0.0.1;MAC=", [](Config& config) {
    config.network.attachments.at(0).static_ips = {"10.0.0.1;MAC=02:00:00:00:00:01"};
  });
  EXPECT_EQ(import(), "");
}

TEST_F(ArchiveInput, IdsThatAnotherWasGivenAreRefused) {
  fake.get().store.write(ports::Durability::kRelaxed, [&](store::Writer& writer) {
    model::ContainerConfig config = *writer.find_container(id);
    config.user = {"auto", ""};
    config.id_mapping = {{{0, 100000, 1024}}, {{0, 100000, 1024}}};
    writer.update_container(config);
  });
  const auto ask = [&](std::uint32_t first) {
    change_config([&](model::ContainerConfig& config) {
      config.id = std::string(64, 'c');
      config.user = {"private", ""};
      config.id_mapping = {{{0, first, 65536}}, {{0, first, 65536}}};
    });
  };
  ask(50000);
  expect_part(import(), "are those that --userns=auto gave to container box");
}

TEST_F(ArchiveInput, ImageIsFoundByItsId) {
  change_config([](model::ContainerConfig& config) { config.image_name = "no.such/name:at"; });
  EXPECT_EQ(import(), "");
}

class ArchiveVolumes : public ArchiveInput {
 protected:
  ArchiveVolumes() { use_volume(false); }

  void use_volume(bool anonymous) {
    change_config([&](model::ContainerConfig& config) {
      model::Mount mount;
      mount.kind = model::MountKind::kVolume;
      mount.source = "data";
      mount.destination = "/data";
      mount.anonymous = anonymous;
      config.mounts = {mount};
    });
  }
  // From here on an import fails when all but the start is done.
  void break_images() { fs::remove(unpacked / "checkpoint/inventory.img"); }
  volume::Volumes volumes() { return engine::volumes_of(fake.get()); }
  void make_volume() {
    volumes().create({.name = "data"});
    write_file(volumes().path("data") / "precious", "text");
  }
  void add_content() {
    make_directories(host);
    write_file(host / "precious", "theirs");
    make_directories(unpacked / "volumes");
    const UniqueFd folder = open_file(host, O_RDONLY | O_DIRECTORY);
    const UniqueFd tar = open_file(unpacked / "volumes/data.tar", O_WRONLY | O_CREAT, 0600);
    tree::pack(folder.get(), {}, tar.get(), "volume");
  }
  std::string content() { return read_file(volumes().path("data") / "precious"); }
};

TEST_F(ArchiveVolumes, OneThatWasThereOutlivesAFailure) {
  make_volume();
  use_volume(true);
  break_images();
  expect_part(import({.name = "twin", .ignore_volumes = true}), "complete checkpoint");
  EXPECT_EQ(content(), "text");
}

TEST_F(ArchiveVolumes, OneThatWasThereOutlivesTheContainer) {
  make_volume();
  use_volume(true);
  EXPECT_EQ(import({.name = "twin", .ignore_volumes = true}), "");
  (void)remove(fake.get(), "twin", {.force = true, .volumes = true});
  EXPECT_EQ(content(), "text");
}

TEST_F(ArchiveVolumes, ThoseItMadeGoWithAFailure) {
  add_content();
  break_images();
  expect_part(import(), "complete checkpoint");
  EXPECT_TRUE(volumes().list().empty());
  expect_part(import({.name = "twin", .ignore_volumes = true}), "complete checkpoint");
  EXPECT_TRUE(volumes().list().empty());
}

TEST_F(ArchiveVolumes, OneThatAppearsMeanwhileIsLeftAlone) {
  add_content();
  bool made = false;
  fake.set_hook([&](std::string_view operation) {
    if (!made && operation == "storage.create") {
      made = true;
      make_volume();
    }
  });
  pack_again();
  EXPECT_THROW((void)restore_archive(fake.get(), archive, {.name = "twin"}), Error);
  fake.set_hook(nullptr);
  EXPECT_TRUE(made);
  EXPECT_EQ(content(), "text");
  EXPECT_FALSE(volumes().inspect("data").anonymous);
  EXPECT_TRUE(volumes().users("data").empty());
}

TEST_F(ArchiveVolumes, WhoSaysThatItRunsSaysWhoseTheyAre) {
  add_content();
  bool looking = false;
  int seen = 0;
  fake.set_hook([&](std::string_view operation) {
    if (looking || operation != "state.begin") {
      return;
    }
    looking = true;
    fake.get().store.read([&](const store::Reader& reader) {
      const auto twin = reader.container_by_name("twin");
      const auto state = twin ? reader.find_state(*twin) : std::nullopt;
      if (state && state->status == model::Status::kRunning) {
        ++seen;
        EXPECT_FALSE(reader.find_container(*twin)->mounts.at(0).anonymous);
        EXPECT_FALSE(reader.find_volume("data")->anonymous);
      }
    });
    looking = false;
  });
  EXPECT_EQ(import(), "");
  fake.set_hook(nullptr);
  EXPECT_GT(seen, 0);
  EXPECT_EQ(content(), "theirs");
}

}  // namespace
}  // namespace gantry::lifecycle
