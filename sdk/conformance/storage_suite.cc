// SPDX-License-Identifier: Apache-2.0
//
// Kind "storage": what <gantry/abi/storage.h> promises.
#include <gantry/abi/storage.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "sdk/conformance/children.h"
#include "sdk/conformance/hostile_streams.h"
#include "sdk/conformance/storage_driver.h"
#include "sdk/conformance/suite.h"
#include "sdk/conformance/tar.h"
#include "sdk/support/digest.h"
#include "sdk/support/files.h"

namespace gantry::conformance {

namespace fs = std::filesystem;
using boundary::to_abi;

namespace {

struct stat stat_of(const fs::path& path) {
  struct stat st {};
  require(::lstat(path.c_str(), &st) == 0, path.string() + " is not there");
  return st;
}

void repeats_init(Bench& bench) {
  Driver driver(bench);
  driver.layer("kept", "", {tar_file("a", "1")});
  must("a second init", driver.ops().init, driver.self());
  require(driver.lists("kept"), "a second init lost a layer");
}

void stages_until_commit(Bench& bench) {
  Driver driver(bench);
  driver.create("layer");
  driver.apply("layer", make_tar({tar_file("a", "1")}));
  require(!driver.lists("layer"), "a layer in staging is listed");
  gantry_layer_info info{};
  info.struct_size = sizeof(info);
  must_fail("stat of a layer in staging", GANTRY_ERR_NOT_FOUND, driver.ops().stat,
            driver.self(), to_abi("layer"), &info, Text().sink());
  driver.recover();  // by the living process that stages it
  driver.commit("layer");
  driver.commit("layer");
  require(driver.lists("layer"), "a committed layer is not listed");
}

void recovers_staging_of_the_dead(Bench& bench) {
  {
    Driver driver(bench);
    driver.layer("base", "", {tar_file("a", "1")});
  }
  bench.die_in_child("storage-stage");
  Driver driver(bench);
  driver.recover();
  driver.recover();
  require(!driver.lists("staged"), "what a dead process staged is listed");
  require(driver.lists("base"), "recover dropped a committed layer");
  driver.layer("staged", "base", {tar_file("b", "2")});
  require_equal("a file", read_file(driver.mount("staged") / "b"), "2");
}

void tells_size_and_digest(Bench& bench) {
  Driver driver(bench);
  driver.create("layer");
  const std::string archive = make_tar({tar_folder("d"), tar_file("d/a", "content")}) +
                              std::string(7168, '\0');  // padding belongs to the stream
  driver.apply("layer", archive);
  require_equal("the size", std::to_string(driver.applied_size()),
                std::to_string(archive.size()));
  require_equal("the digest", driver.diff_id(), "sha256:" + sha256_hex(archive));
}

void tells_parent_and_flags(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_file("a", "1")});
  driver.container("top", "base");
  gantry_layer_info info{};
  info.struct_size = sizeof(info);
  Text parent;
  must("stat", driver.ops().stat, driver.self(), to_abi("top"), &info, parent.sink());
  require_equal("the parent", parent.str(), "base");
  require((info.flags & GANTRY_LAYER_WRITABLE) != 0, "a writable layer is not told as one");
  require((info.flags & GANTRY_LAYER_MOUNTED) == 0, "an unmounted layer is told as mounted");
  require(info.created_ns > 0, "a layer has no time of creation");
  (void)driver.mount("top");
  must("stat", driver.ops().stat, driver.self(), to_abi("top"), &info, Text().sink());
  require((info.flags & GANTRY_LAYER_MOUNTED) != 0, "a mounted layer is not told as one");
  Text none;
  must("stat", driver.ops().stat, driver.self(), to_abi("base"), &info, none.sink());
  require_equal("the parent of the lowest layer", none.str(), "");
}

void refuses_taken_and_missing_ids(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_file("a", "1")});
  require(driver.try_create("base", "", 0).code == GANTRY_ERR_EXISTS,
          "create with an id that is taken is not EXISTS");
  require(driver.try_create("new", "nobody", 0).code == GANTRY_ERR_NOT_FOUND,
          "create over a parent that is missing is not NOT_FOUND");
  for (const char* id : {"", "..", "a/b", ".hidden", "a\nb"}) {
    require(driver.try_create(id, "", 0).code == GANTRY_ERR_INVALID,
            "id \"" + std::string(id) + "\" is not INVALID");
  }
  gantry_layer_info info{};
  info.struct_size = sizeof(info);
  must_fail("stat", GANTRY_ERR_NOT_FOUND, driver.ops().stat, driver.self(), to_abi("nobody"),
            &info, Text().sink());
  gantry_layer_mount request{};
  request.struct_size = sizeof(request);
  request.id = to_abi("nobody");
  must_fail("mount", GANTRY_ERR_NOT_FOUND, driver.ops().mount, driver.self(), &request,
            Text().sink());
}

void keeps_every_attribute(Bench& bench) {
  Driver driver(bench);
  TarEntry file = tar_file("dir/file", "content");
  file.mode = 04751;
  file.uid = 1234;
  file.gid = 5678;
  file.mtime = 1'234'567'890;
  file.pax["SCHILY.xattr.user.colour"] = "blue";
  TarEntry folder = tar_folder("dir/");
  folder.mode = 01777;
  folder.mtime = 1'111'111'111;
  const std::string long_name = "long/" + std::string(120, 'n') + "/" + std::string(200, 'm');
  TarEntry fifo = tar_link('6', "fifo", "");
  TarEntry device = tar_link('3', "null", "");
  device.major = 1;
  device.minor = 3;
  driver.layer("layer", "",
               {folder, file, tar_link('1', "dir/hard", "dir/file"),
                tar_link('2', "dir/soft", "/etc/passwd"), tar_file(long_name, "far"), fifo,
                device, tar_folder("empty/")});
  const fs::path root = driver.mount("layer", GANTRY_MOUNT_READ_ONLY);
  const struct stat st = stat_of(root / "dir/file");
  require((st.st_mode & 07777) == 04751, "the mode of a file was not kept");
  require(st.st_uid == 1234 && st.st_gid == 5678, "the owner of a file was not kept");
  require(st.st_mtim.tv_sec == 1'234'567'890, "the time of a file was not kept");
  require(stat_of(root / "dir/hard").st_ino == st.st_ino, "a hard link became a copy");
  require_equal("a symbolic link", fs::read_symlink(root / "dir/soft").string(), "/etc/passwd");
  const struct stat dir = stat_of(root / "dir");
  require((dir.st_mode & 07777) == 01777, "the mode of a folder was not kept");
  require(dir.st_mtim.tv_sec == 1'111'111'111, "the time of a folder was not kept");
  require_equal("a file with a long name", read_file(root / long_name), "far");
  require(S_ISFIFO(stat_of(root / "fifo").st_mode), "a fifo is none");
  require(S_ISCHR(stat_of(root / "null").st_mode), "a device is none");
  require(S_ISDIR(stat_of(root / "empty").st_mode), "an empty folder is missing");
  char colour[16] = {};
  const ssize_t size =
      ::lgetxattr((root / "dir/file").c_str(), "user.colour", colour, sizeof(colour));
  if (size < 0 && errno == ENOTSUP) {
    throw Skip("this file system keeps no user attributes; all else was kept");
  }
  require_equal("an extended attribute", colour, "blue");
}

void hides_what_is_whited_out(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "",
               {tar_folder("d/"), tar_file("d/one", "1"), tar_file("d/two", "2"),
                tar_folder("o/"), tar_file("o/old", "3"), tar_file("gone", "4")});
  driver.layer("top", "base",
               {tar_folder("d/"), tar_file("d/.wh.one", ""), tar_file(".wh.gone", ""),
                tar_folder("o/"), tar_file("o/.wh..wh..opq", ""), tar_file("o/new", "5")});
  const fs::path root = driver.mount("top");
  require_gone(root / "d/one");
  require_gone(root / "gone");
  require_gone(root / "o/old");
  require_gone(root / "d/.wh.one");
  require_gone(root / "o/.wh..wh..opq");
  require_equal("a file below", read_file(root / "d/two"), "2");
  require_equal("a file in an opaque folder", read_file(root / "o/new"), "5");
}

void keeps_what_a_container_writes(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_folder("d/"), tar_file("d/a", "1")});
  driver.container("c", "base");
  fs::path root = driver.mount("c");
  require(driver.mount("c") == root, "a second mount answered another path");
  std::ofstream(root / "d/b") << "written";
  driver.unmount("c");
  driver.unmount("c");
  Driver later(bench);
  root = later.mount("c");
  require_equal("what was written", read_file(root / "d/b"), "written");
  require_equal("what stood below", read_file(root / "d/a"), "1");
  const fs::path base = later.mount("base", GANTRY_MOUNT_READ_ONLY);
  require_gone(base / "d/b");
}

void write_changes(const fs::path& root) {
  std::ofstream(root / "d/changed") << "new";
  std::ofstream(root / "added") << "added";
  fs::remove(root / "d/deleted");
  fs::remove_all(root / "o");
  fs::create_directory(root / "o");
  std::ofstream(root / "o/new") << "in a new folder";
  fs::create_symlink("added", root / "link");
}

void changed_container(Driver& driver) {
  driver.layer("base", "",
               {tar_folder("d/"), tar_file("d/changed", "old"), tar_file("d/deleted", "x"),
                tar_folder("o/"), tar_file("o/old", "y"), tar_file("same", "z")});
  driver.container("c", "base");
  write_changes(driver.mount("c"));
}

void lists_changes(Bench& bench) {
  Driver driver(bench);
  changed_container(driver);
  const std::vector<std::string> changes = driver.changes("c");
  const auto has = [&](const char* change) {
    require(std::find(changes.begin(), changes.end(), change) != changes.end(),
            std::string("missing among the changes: ") + change);
  };
  has("A /added");
  has("C /d");
  has("C /d/changed");
  has("D /d/deleted");
  has("A /link");
  has("A /o/new");
  has("D /o/old");
  require(std::none_of(changes.begin(), changes.end(),
                       [](const std::string& c) { return c.ends_with("/same"); }),
          "an unchanged file is listed as a change");
  driver.unmount("c");
  require(driver.changes("c") == changes, "the changes differ once unmounted");
}

void round_trips_a_diff(Bench& bench) {
  Driver driver(bench);
  changed_container(driver);
  const std::string archive = driver.diff("c");
  require(archive == driver.diff("c"), "the same layer gave two different streams");
  driver.unmount("c");
  require(archive == driver.diff("c"), "the stream differs once unmounted");
  bool whiteout = false;
  for (const TarEntry& entry : read_tar(archive)) {
    whiteout = whiteout || entry.name.ends_with("d/.wh.deleted");
    const fs::path name(entry.name);
    require(name.is_relative() && std::find(name.begin(), name.end(), "..") == name.end(),
            "the stream has an unclean name: " + entry.name);
  }
  require(whiteout, "the stream does not tell of the deleted file");
  driver.create("copy", "base");
  driver.apply("copy", archive);
  driver.commit("copy");
  const fs::path root = driver.mount("copy");
  require_equal("a changed file", read_file(root / "d/changed"), "new");
  require_equal("an added file", read_file(root / "added"), "added");
  require_equal("a file in a replaced folder", read_file(root / "o/new"), "in a new folder");
  require_equal("a file that stayed", read_file(root / "same"), "z");
  require_gone(root / "d/deleted");
  require_gone(root / "o/old");
}

void counts_usage(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_file("large", std::string(300'000, 'x'))});
  driver.layer("top", "base", {tar_file("small", "1"), tar_link('1', "again", "small")});
  gantry_usage usage{};
  usage.struct_size = sizeof(usage);
  must("usage", driver.ops().usage, driver.self(), to_abi("base"), &usage);
  require(usage.bytes >= 300'000 && usage.bytes < 1'000'000,
          "a layer of 300 kB is said to hold " + std::to_string(usage.bytes) + " bytes");
  must("usage", driver.ops().usage, driver.self(), to_abi("top"), &usage);
  require(usage.bytes < 200'000, "a layer's usage counts its parent");
  require(usage.inodes >= 1 && usage.inodes < 10, "a layer's inodes are miscounted");
}

void removes_repeatedly(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_file("a", "1")});
  driver.container("c", "base");
  (void)driver.mount("c");
  driver.remove("c");  // mounted
  require(!driver.lists("c"), "a removed layer is listed");
  driver.remove("c");
  driver.remove("never-there");
  driver.create("staged", "base");
  driver.remove("staged");
  driver.container("c", "base");  // the id is free again
  require_equal("a file below", read_file(driver.mount("c") / "a"), "1");
}

void mounts_deep_stacks(Bench& bench) {
  constexpr int kLayers = 130;
  Driver driver(bench);
  std::string parent;
  for (int i = 0; i < kLayers; ++i) {
    const std::string id = "layer" + std::to_string(i) + std::string(50, 'x');
    driver.layer(id, parent, {tar_file("file" + std::to_string(i), std::to_string(i))});
    parent = id;
  }
  driver.container("c", parent);
  const fs::path root = driver.mount("c");
  require_equal("the lowest file", read_file(root / "file0"), "0");
  require_equal("the highest file", read_file(root / ("file" + std::to_string(kLayers - 1))),
                std::to_string(kLayers - 1));
}

void takes_volatile_layers(Bench& bench) {
  Driver driver(bench);
  driver.layer("base", "", {tar_file("a", "1")});
  driver.container("c", "base", R"({"volatile":"true"})");
  for (const char* expected : {"1", "2", "2"}) {
    const fs::path root = driver.mount("c");
    require_equal("a file of a volatile layer", read_file(root / "a"), expected);
    write_file(root / "a", "2");
    driver.unmount("c");
  }
}

void ends_listing_early(Bench& bench) {
  Driver driver(bench);
  driver.layer("one", "", {tar_file("a", "1")});
  driver.layer("two", "", {tar_file("a", "1")});
  Names some(1);
  must("list", driver.ops().list, driver.self(), some.sink());
  require(some.names().size() == 1, "a listing that was ended went on");
}

}  // namespace

// Runs in a process of its own, which does not come back.
void storage_stage_and_die(Bench& bench) {
  Driver driver(bench);
  driver.create("staged", "base");
  driver.apply("staged", make_tar({tar_file("half", "done")}));
  die();
}

const Suite& storage_suite() {
  static const Suite suite{
      {"init is repeatable", repeats_init},
      {"a layer is listed once committed", stages_until_commit},
      {"recover drops the staging of the dead", recovers_staging_of_the_dead},
      {"apply tells the stream's size and digest", tells_size_and_digest},
      {"stat tells parent, flags and time", tells_parent_and_flags},
      {"ids that are taken, missing or malformed are refused", refuses_taken_and_missing_ids},
      {"every attribute of a file is kept", keeps_every_attribute},
      {"whiteouts and opaque folders hide", hides_what_is_whited_out},
      {"what a container writes is kept and stays its own", keeps_what_a_container_writes},
      {"changes lists additions, changes and deletions", lists_changes},
      {"a diff is stable and makes the same tree again", round_trips_a_diff},
      {"usage counts the layer alone", counts_usage},
      {"remove is repeatable and unmounts", removes_repeatedly},
      {"entries that leave the layer are refused by name", refuses_escapes},
      {"an entry replaces a link, not its target", replaces_links_not_targets},
      {"a broken stream is CORRUPT", refuses_broken_streams},
      {"a rootless layer takes no devices", refuses_devices_when_rootless},
      {"130 layers can be mounted", mounts_deep_stacks},
      {"a layer may be volatile, and mounted again", takes_volatile_layers},
      {"a listing ends when told to", ends_listing_early}};
  return suite;
}

}  // namespace gantry::conformance
