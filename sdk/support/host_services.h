// SPDX-License-Identifier: Apache-2.0
//
// The services of <gantry/abi/host.h>, for whoever loads plug-ins: the engine and the
// conformance kit. One for each instance of a plug-in, which it must outlive; the table may
// be used from any thread as long as the functions in Options may.
#pragma once

#include <gantry/abi/host.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace gantry {

class HostServices {
 public:
  struct Options {
    std::filesystem::path data_dir;  // both are made if missing
    std::filesystem::path run_dir;
    std::function<void(int level, std::string_view message)> log;  // null: dropped
    std::function<bool()> cancelled;                               // null: never
    std::function<std::int64_t()> deadline_ns;                     // null: none
  };

  explicit HostServices(Options options);
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  [[nodiscard]] const gantry_host* table() const noexcept { return &table_; }

 private:
  static void log(void* ctx, std::int32_t level, gantry_str message) noexcept;
  static std::int32_t cancelled(void* ctx) noexcept;
  static std::int64_t deadline_ns(void* ctx) noexcept;
  static std::int32_t spawn(void* ctx, const gantry_command* command, const gantry_sink* out,
                            const gantry_sink* err_out, std::int32_t* ret_exit_code,
                            const gantry_error* error) noexcept;
  static const void* get_extension(void* ctx, gantry_str id) noexcept;

  Options options_;
  std::string data_dir_;
  std::string run_dir_;
  gantry_host table_{};
};

}  // namespace gantry
