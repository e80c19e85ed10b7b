// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage-overlay/fixture.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "plugins/storage-overlay/xattrs.h"
#include "sdk/support/files.h"
#include "sdk/support/pax_writer.h"
#include "sdk/support/subprocess.h"

namespace gantry::storage_overlay {

namespace {

void log_line(void* ctx, std::int32_t level, gantry_str message) {
  if (level >= GANTRY_LOG_WARNING) {
    static_cast<TestHost*>(ctx)->warnings.emplace_back(plugin::view(message));
  }
}
std::int32_t is_cancelled(void* ctx) { return static_cast<TestHost*>(ctx)->cancelled ? 1 : 0; }
std::int64_t no_deadline(void*) { return std::numeric_limits<std::int64_t>::max(); }

std::string written_by(const std::function<void(int)>& write) {
  const UniqueFd fd(::memfd_create("tar", MFD_CLOEXEC));
  write(fd.get());
  EXPECT_EQ(::lseek(fd.get(), 0, SEEK_SET), 0);
  return read_all(fd.get(), "tar");
}

void fill(PaxEntry& entry, const std::string& spec) {
  std::istringstream words(spec);
  std::string what;
  words >> entry.name >> what;
  entry.mode = 0644;
  entry.modified = {1'600'000'000, 0};
  if (what == "->" || what == "=>") {
    entry.type = what == "->" ? '2' : '1';
    words >> entry.link;
  } else if (what == "|") {
    entry.type = '6';
  } else if (what == "c") {
    entry.type = '3';
    words >> entry.device_major >> entry.device_minor;
  } else if (entry.name.ends_with('/')) {
    entry.type = '5';
    entry.mode = 0755;
  }
}

}  // namespace

TestHost::TestHost(std::string data) : data_dir(std::move(data)) {
  table.struct_size = sizeof(table);
  table.major = GANTRY_HOST_MAJOR;
  table.ctx = this;
  table.log = log_line;
  table.cancelled = is_cancelled;
  table.deadline_ns = no_deadline;
  table.data_dir = plugin::to_abi(data_dir);
  table.run_dir = plugin::to_abi(data_dir);
}

std::string make_tar(const TarSpec& spec) {
  return written_by([&](int fd) {
    PaxWriter tar(fd);
    for (const auto& [what, content] : spec) {
      PaxEntry entry;
      fill(entry, what);
      entry.size = content.size();
      tar.begin(entry);
      tar.content(content);
      tar.end();
    }
    tar.finish();
  });
}

std::string tar_end() { return std::string(1024, '\0'); }

std::string make_pax_entry(const std::vector<std::pair<std::string, std::string>>& records,
                           const std::string& name, const std::string& content, char type) {
  std::string text;
  for (const auto& [key, value] : records) {
    const std::string rest = " " + key + "=" + value + "\n";
    std::size_t length = rest.size() + 1;
    while (std::to_string(length).size() + rest.size() != length) {
      length = std::to_string(length).size() + rest.size();
    }
    text += std::to_string(length) + rest;
  }
  return written_by([&](int fd) {
           PaxWriter tar(fd);
           for (const auto& [entry_type, its_name, its_content] :
                {std::tuple('x', std::string("x"), text), std::tuple(type, name, content)}) {
             PaxEntry entry;
             entry.type = entry_type;
             entry.name = its_name;
             entry.mode = 0644;
             entry.link = entry_type == '2' ? "x" : "";  // told in the records
             entry.size = its_content.size();
             tar.begin(entry);
             tar.content(its_content);
             tar.end();
           }
           tar.finish();
         })
      .substr(0, 512 * (2 + (text.size() + 511) / 512 + (content.size() + 511) / 512));
}

std::string acl(const std::vector<std::array<int, 3>>& entries) {
  std::string value("\2\0\0\0", 4);
  for (const auto& [tag, permissions, id] : entries) {
    value += {static_cast<char>(tag), '\0', static_cast<char>(permissions), '\0'};
    for (int shift = 0; shift < 32; shift += 8) {
      value += static_cast<char>(static_cast<unsigned>(id) >> shift & 0xffU);
    }
  }
  return value;
}

void set_xattr(const std::string& path, const char* name, const std::string& value) {
  EXPECT_EQ(::lsetxattr(path.c_str(), name, value.data(), value.size(), 0), 0)
      << path << " " << name;
}

UniqueFd readable(const std::string& text) {
  UniqueFd fd(::memfd_create("text", MFD_CLOEXEC));
  write_all(fd.get(), text, "text");
  EXPECT_EQ(::lseek(fd.get(), 0, SEEK_SET), 0);
  return fd;
}

void OverlayTest::SetUp() {
  const char* require = std::getenv("GANTRY_TEST_REQUIRE");
  const bool required = require != nullptr && std::string(require) == "all";
  if (::geteuid() != 0) {
    if (required) {
      FAIL() << "needs root, and GANTRY_TEST_REQUIRE=all";
    }
    GTEST_SKIP() << "needs root";
  }
  // Overlay does not take another overlay as its upper layer, which /tmp may be.
  const char* chosen = std::getenv("GANTRY_TEST_STORE");
  if (base_.empty() || chosen != nullptr) {
    base_ = chosen != nullptr ? chosen : "/var/tmp";
  }
  root_ = make_temp_directory(base_ + "/gantry-overlay.XXXXXX");
  host_ = std::make_unique<TestHost>(root_.string());
  storage_ = open_storage();
  try {
    storage_->probe();
  } catch (const Error& e) {
    if (required) {
      FAIL() << e.what() << ", and GANTRY_TEST_REQUIRE=all";
    }
    GTEST_SKIP() << e.what();
  }
  storage_->init();
}

void OverlayTest::TearDown() {
  storage_.reset();
  if (root_.empty()) {
    return;
  }
  std::istringstream lines(read_file("/proc/self/mountinfo"));
  std::vector<std::string> points;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) {
      words >> word;
    }
    if (word.starts_with(root_.string() + "/")) {
      points.push_back(word);
    }
  }
  std::reverse(points.begin(), points.end());
  for (const std::string& point : points) {
    EXPECT_EQ(::umount2(point.c_str(), MNT_DETACH), 0) << point;
  }
  std::filesystem::remove_all(root_);
}

std::unique_ptr<OverlayStorage> OverlayTest::open_storage(const std::string& config) const {
  return std::make_unique<OverlayStorage>(plugin::Host(&host_->table), config);
}

void OverlayTest::create(const std::string& id, const std::string& parent, bool writable,
                         const plugin::IdMaps& maps, const std::string& options) {
  storage_->create({id, parent, writable ? GANTRY_LAYER_WRITABLE : 0U, maps, options});
}

plugin::Applied OverlayTest::import(const std::string& id, const std::string& parent,
                                    const std::string& tar, std::uint32_t flags) {
  storage_->create({id, parent, flags, {}, ""});
  plugin::Applied applied = storage_->apply(id, readable(tar).get());
  storage_->commit(id);
  return applied;
}

std::string OverlayTest::mount(const std::string& id, std::uint32_t flags,
                               const plugin::IdMaps& maps) {
  return storage_->mount({id, flags, "", maps});
}

std::string OverlayTest::diff(const std::string& id) {
  return written_by([&](int fd) { storage_->diff(id, fd); });
}

std::vector<std::string> OverlayTest::changes(const std::string& id) {
  std::vector<std::string> found;
  storage_->changes(id, [&](int kind, std::string_view path) {
    found.push_back(std::string(1, "CAD"[kind]) + " " + std::string(path));
    return true;
  });
  return found;
}

std::string OverlayTest::sh(const std::string& script) {
  Command command;
  command.argv = {"sh", "-euc", script};
  const CommandResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 0) << script << "\n" << result.err;
  return result.out;
}

std::string OverlayTest::describe(const std::string& folder) {
  std::string text = sh("cd '" + folder +
                        "'\n"
                        "find . -printf '%P|%y|%m|%U:%G|%T@|%s|%l|%n\\n' | LC_ALL=C sort |"
                        " sed -E 's/^([^|]*\\|d\\|[^|]*\\|[^|]*\\|[^|]*)\\|[0-9]+/\\1|/'\n"
                        "find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum\n"
                        "find . \\( -type c -o -type b \\) -print0 | LC_ALL=C sort -z |"
                        " xargs -0r stat -c '%n %t %T'\n");
  std::vector<std::string> lines;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    for (const Xattr& xattr : read_xattrs(file.path().string())) {
      if (!is_overlay_note(xattr.name, true)) {
        lines.push_back(std::filesystem::relative(file.path(), folder).string() + " " +
                        xattr.name + "=" + xattr.value + "\n");
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) {
    text += line;
  }
  return text;
}

std::pair<Code, std::string> OverlayTest::error_of(const std::function<void()>& doing) {
  try {
    doing();
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Code::kInternal, ""};
}

}  // namespace gantry::storage_overlay
