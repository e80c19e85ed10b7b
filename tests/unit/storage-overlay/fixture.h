// SPDX-License-Identifier: Apache-2.0
//
// A store in a temporary folder, on the real kernel. Everything that a test leaves mounted
// is unmounted and deleted when it ends, also when it failed.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <gantry/plugin/storage.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/storage-overlay/overlay_storage.h"
#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

// A host that logs nowhere and is cancelled on demand.
struct TestHost {
  explicit TestHost(std::string data);
  gantry_host table{};
  std::string data_dir;
  bool cancelled = false;
  std::vector<std::string> warnings;
};

// Entries are given as "PATH" to "CONTENT"; the path decides:
//   "dir/" a folder, "a -> b" a symbolic link, "a => b" a hard link, "a |" a fifo,
//   "a c MAJOR MINOR" a character device; anything else a file.
using TarSpec = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string make_tar(const TarSpec& spec);
// One PAX entry with records of one's own, then a plain header.
[[nodiscard]] std::string make_pax_entry(
    const std::vector<std::pair<std::string, std::string>>& records, const std::string& name,
    const std::string& content, char type = '0');
[[nodiscard]] std::string tar_end();

// An access control list as an attribute's value, from {tag, permissions, id}.
[[nodiscard]] std::string acl(const std::vector<std::array<int, 3>>& entries);
void set_xattr(const std::string& path, const char* name, const std::string& value);

// A descriptor from which text can be read.
[[nodiscard]] UniqueFd readable(const std::string& text);

class OverlayTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] std::unique_ptr<OverlayStorage> open_storage(
      const std::string& config = "{}") const;
  void create(const std::string& id, const std::string& parent, bool writable = false,
              const plugin::IdMaps& maps = {}, const std::string& options = "");
  // create, apply, commit.
  plugin::Applied import(const std::string& id, const std::string& parent,
                         const std::string& tar, std::uint32_t flags = 0);
  std::string mount(const std::string& id, std::uint32_t flags = 0,
                    const plugin::IdMaps& maps = {});
  [[nodiscard]] std::string diff(const std::string& id);
  [[nodiscard]] std::vector<std::string> changes(const std::string& id);  // "A /path"
  // Runs a shell script; its output. Fails the test when it fails.
  static std::string sh(const std::string& script);
  // What a tree holds, line by line: names, modes, owners, times, attributes, content.
  static std::string describe(const std::string& folder);
  // The Error that doing throws; fails when it throws none.
  static std::pair<Code, std::string> error_of(const std::function<void()>& doing);

  std::string base_;  // where the store is made; empty: GANTRY_TEST_STORE or /var/tmp
  std::filesystem::path root_;
  std::unique_ptr<TestHost> host_;
  std::unique_ptr<OverlayStorage> storage_;
};

}  // namespace gantry::storage_overlay
