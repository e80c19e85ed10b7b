// SPDX-License-Identifier: Apache-2.0
//
// A host table over run_command, with folders that vanish with the object.
#pragma once

#include <gantry/plugin/host.hpp>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace gantry::net_cni {

class TestHost {
 public:
  TestHost();
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  [[nodiscard]] plugin::Host host() const { return plugin::Host(&table_); }
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path data_dir() const { return root_ / "data"; }
  [[nodiscard]] std::filesystem::path run_dir() const { return root_ / "run"; }
  [[nodiscard]] std::filesystem::path config_dir() const { return root_ / "admin"; }
  // Empties run_dir, as a reboot does.
  void reboot();
  void write_admin(const std::string& file, const std::string& text) const;
  [[nodiscard]] std::vector<std::string> warnings() const;

  bool cancelled = false;

 private:
  static void log(void* ctx, std::int32_t level, gantry_str message);
  static std::int32_t spawn(void* ctx, const gantry_command* command, const gantry_sink* out,
                            const gantry_sink* err_out, std::int32_t* ret_exit_code,
                            const gantry_error* error);

  std::filesystem::path root_;
  std::string data_text_;
  std::string run_text_;
  gantry_host table_{};
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

// Every file below a folder, relative, sorted; lock files left out.
[[nodiscard]] std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace gantry::net_cni
