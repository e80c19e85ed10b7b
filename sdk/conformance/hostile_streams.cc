// SPDX-License-Identifier: Apache-2.0
#include "sdk/conformance/hostile_streams.h"

#include "sdk/conformance/storage_driver.h"

namespace gantry::conformance {

namespace fs = std::filesystem;

namespace {

void refuse_escape(Driver& driver, const fs::path& outside, const std::string& what,
                   const std::vector<TarEntry>& entries) {
  driver.create("escape");
  const Answer answer = driver.try_apply("escape", make_tar(entries));
  driver.remove("escape");
  require_gone(outside / "escaped");
  require_equal("the victim", read_file(outside / "victim"), "untouched");
  require(answer.code == GANTRY_ERR_INVALID,
          what + " was answered " + code_name(answer.code) + " " + answer.message);
  const std::string& name = entries.back().name;
  require(answer.message.find(name) != std::string::npos,
          what + " was refused without its name: " + answer.message);
}

}  // namespace

void refuses_escapes(Bench& bench) {
  Driver driver(bench);
  const fs::path outside = bench.folder() / "outside";
  make_directories(outside);
  write_file(outside / "victim", "untouched");
  const std::string away = outside.string();
  std::string up;
  for (int i = 0; i < 30; ++i) {
    up += "../";
  }
  refuse_escape(driver, outside, "an absolute name", {tar_file(away + "/escaped", "x")});
  refuse_escape(driver, outside, "a hard link to an absolute name",
                {tar_link('1', "mine", away + "/victim")});
  refuse_escape(driver, outside, "a name that goes up",
                {tar_file(up + away + "/escaped", "x")});
  refuse_escape(driver, outside, "a name that goes up in its middle",
                {tar_folder("d/"), tar_file("d/" + up + away + "/escaped", "x")});
  refuse_escape(driver, outside, "a name through a symbolic link",
                {tar_link('2', "way", away), tar_file("way/escaped", "x")});
  refuse_escape(driver, outside, "a name through a relative symbolic link",
                {tar_link('2', "way", up + away), tar_file("way/escaped", "x")});
  refuse_escape(driver, outside, "a hard link to the outside",
                {tar_link('1', "mine", up + away + "/victim")});
  refuse_escape(driver, outside, "a hard link through a symbolic link",
                {tar_link('2', "way", away), tar_link('1', "mine", "way/victim")});
}

void replaces_links_not_targets(Bench& bench) {
  Driver driver(bench);
  const fs::path outside = bench.folder() / "outside";
  make_directories(outside);
  write_file(outside / "victim", "untouched");
  driver.layer("layer", "",
               {tar_link('2', "name", (outside / "victim").string()),
                tar_file("name", "a file of the layer")});
  require_equal("the victim", read_file(outside / "victim"), "untouched");
  require_equal("the file", read_file(driver.mount("layer") / "name"), "a file of the layer");
}

void refuses_broken_streams(Bench& bench) {
  Driver driver(bench);
  const std::string whole = make_tar({tar_file("a", std::string(4096, 'x'))});
  for (const std::string& broken :
       {whole.substr(0, 1024), std::string(2048, 'x'), whole.substr(0, 300)}) {
    driver.create("broken");
    const Answer answer = driver.try_apply("broken", broken);
    require(answer.code == GANTRY_ERR_CORRUPT,
            std::string("a broken stream was answered ") + code_name(answer.code));
    driver.remove("broken");
  }
}

void refuses_devices_when_rootless(Bench& bench) {
  Driver driver(bench);
  driver.create("layer", "", GANTRY_LAYER_ROOTLESS);
  TarEntry device = tar_link('3', "dev/null", "");
  device.major = 1;
  device.minor = 3;
  const Answer answer = driver.try_apply("layer", make_tar({tar_folder("dev/"), device}));
  require(answer.code != GANTRY_OK, "a device node was made in a rootless layer");
  require(answer.message.find("dev/null") != std::string::npos,
          "a device node was refused without its name: " + answer.message);
}

}  // namespace gantry::conformance
