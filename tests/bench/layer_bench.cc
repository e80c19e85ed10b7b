// SPDX-License-Identifier: Apache-2.0
//
// What layers cost: unpacking one of many small files beside `tar -x` of the same stream,
// both synced at the end, in turns; then the steps of a container's layer. Medians.
//
//   layer_bench [files] [rounds] [folder]
//
// On an ext4 without a journal, making files after deleting many is slow whoever does it:
// choose a folder on a journalled file system.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "plugins/storage-overlay/overlay_storage.h"
#include "sdk/support/files.h"
#include "sdk/support/pax_writer.h"
#include "sdk/support/subprocess.h"

namespace gantry::storage_overlay {
namespace {

using Clock = std::chrono::steady_clock;

class Medians {
 public:
  void time(const std::string& what, const std::function<void()>& work) {
    const Clock::time_point start = Clock::now();
    work();
    times_[what].push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  [[nodiscard]] double of(const std::string& what) {
    std::vector<double>& all = times_[what];
    std::sort(all.begin(), all.end());
    return all.at(all.size() / 2);
  }
  void print() {
    for (const auto& [what, all] : times_) {
      std::printf("%-28s %9.3f ms\n", what.c_str(), of(what));
    }
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

gantry_host plain_host(const std::string& folder) {
  gantry_host host{};
  host.struct_size = sizeof(host);
  host.major = GANTRY_HOST_MAJOR;
  host.log = [](void*, std::int32_t, gantry_str) {};
  host.cancelled = [](void*) { return std::int32_t{0}; };
  host.deadline_ns = [](void*) { return std::numeric_limits<std::int64_t>::max(); };
  host.data_dir = plugin::to_abi(folder);
  host.run_dir = plugin::to_abi(folder);
  return host;
}

// Sizes as in a distribution's files: many small, few large; about 28 KiB on average.
void make_stream(const std::string& path, int files) {
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  PaxWriter tar(fd.get());
  const std::string noise = [] {
    std::string bytes(1 << 20, '\0');
    unsigned seed = 1;
    for (char& c : bytes) {
      seed = seed * 1103515245U + 12345U;
      c = static_cast<char>(seed >> 24);
    }
    return bytes;
  }();
  for (int i = 0; i < files; ++i) {
    PaxEntry entry;
    entry.modified = {1'600'000'000, i};
    if (i % 20 == 0) {
      entry.name = "usr/share/d" + std::to_string(i / 20) + "/";
      entry.type = '5';
      entry.mode = 0755;
      tar.begin(entry);
      tar.end();
    }
    entry.name = "usr/share/d" + std::to_string(i / 20) + "/file" + std::to_string(i);
    entry.type = '0';
    entry.mode = 0644;
    entry.size = i % 50 == 0 ? 1'000'000U : static_cast<unsigned>(i * 37 % 17'000);
    tar.begin(entry);
    tar.content(std::string_view(noise).substr(0, entry.size));
    tar.end();
  }
  tar.finish();
}

void run(int files, int rounds, const std::string& folder) {
  gantry_host host = plain_host(folder);
  OverlayStorage storage(plugin::Host(&host), "{}");
  storage.probe();
  storage.init();
  const std::string tar = folder + "/layer.tar";
  make_stream(tar, files);
  Medians medians;
  for (int round = 0; round < rounds; ++round) {
    medians.time("unpack: gantry", [&] {
      storage.create({"layer", "", 0, {}, ""});
      (void)storage.apply("layer", open_file(tar, O_RDONLY).get());
      storage.commit("layer");
    });
    const std::string out = folder + "/out";
    make_directories(out);
    medians.time("unpack: tar -x and sync", [&] {
      Command command;
      command.argv = {"sh", "-c", "tar -C " + out + " -xpf " + tar + " && sync -f " + out};
      (void)run_command(command);
    });
    remove_tree(out);
    if (round + 1 < rounds) {
      storage.remove("layer");
    }
  }
  for (int i = 0; i < 200; ++i) {
    const std::string id = "container" + std::to_string(i);
    medians.time("container: create", [&] {
      storage.create({id, "layer", GANTRY_LAYER_WRITABLE, {}, ""});
    });
    medians.time("container: commit", [&] { storage.commit(id); });
    medians.time("container: mount", [&] { (void)storage.mount({id, 0, "", {}}); });
    medians.time("container: unmount", [&] { storage.unmount(id); });
    medians.time("container: remove", [&] { storage.remove(id); });
  }
  medians.print();
  std::printf("%d files, %.0f MB; gantry takes %.2f of tar's time\n", files,
              static_cast<double>(std::filesystem::file_size(tar)) / 1e6,
              medians.of("unpack: gantry") / medians.of("unpack: tar -x and sync"));
}

}  // namespace
}  // namespace gantry::storage_overlay

int main(int argc, char** argv) {
  const int files = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  try {
    const std::filesystem::path folder = gantry::make_temp_directory(
        std::string(argc > 3 ? argv[3] : "/var/tmp") + "/layer-bench.XXXXXX");
    gantry::storage_overlay::run(files, rounds, folder.string());
    std::filesystem::remove_all(folder);
  } catch (const std::exception& e) {
    (void)std::fprintf(stderr, "layer_bench: %s\n", e.what());
    return 1;
  }
  return 0;
}
