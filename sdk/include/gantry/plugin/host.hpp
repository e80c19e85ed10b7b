// SPDX-License-Identifier: Apache-2.0
//
// The host's services, as C++.
#pragma once

#include <gantry/abi/host.h>
#include <gantry/boundary.hpp>
#include <gantry/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::plugin {

using boundary::to_abi;
using boundary::to_string;
using boundary::view;

struct SpawnRequest {
  std::vector<std::string> argv;
  std::vector<std::string> env;  // empty: the host's own
  std::string stdin_data;
  std::vector<std::string> hide;  // mount points taken out of the program's view
  std::int64_t timeout_ms = 0;
};

struct SpawnResult {
  int exit_code = 0;  // or 128 + signal
  std::string out;
  std::string err;
};

// A copyable reference to the host's table, which outlives the instance.
class Host {
 public:
  explicit Host(const gantry_host* table) noexcept : table_(table) {}

  void log(int level, std::string_view message) const noexcept {
    table_->log(table_->ctx, level, to_abi(message));
  }
  void debug(std::string_view message) const noexcept { log(GANTRY_LOG_DEBUG, message); }
  void warn(std::string_view message) const noexcept { log(GANTRY_LOG_WARNING, message); }
  [[nodiscard]] bool cancelled() const noexcept { return table_->cancelled(table_->ctx) != 0; }
  [[nodiscard]] std::int64_t deadline_ns() const noexcept {
    return table_->deadline_ns(table_->ctx);
  }
  [[nodiscard]] std::string data_dir() const { return to_string(table_->data_dir); }
  [[nodiscard]] std::string run_dir() const { return to_string(table_->run_dir); }

  // An optional service of the host; null when it has none of that name.
  [[nodiscard]] const void* get_extension(std::string_view id) const noexcept {
    return table_->get_extension(table_->ctx, to_abi(id));
  }

  // Throws when the program could not be run at all; what it answered is a result.
  [[nodiscard]] SpawnResult spawn(const SpawnRequest& request) const;

 private:
  const gantry_host* table_;
};

inline SpawnResult Host::spawn(const SpawnRequest& request) const {
  const auto strings = [](const std::vector<std::string>& from) {
    std::vector<gantry_str> to;
    to.reserve(from.size());
    for (const std::string& s : from) {
      to.push_back(to_abi(s));
    }
    return to;
  };
  const std::vector<gantry_str> argv = strings(request.argv);
  const std::vector<gantry_str> env = strings(request.env);
  const std::vector<gantry_str> hide = strings(request.hide);
  gantry_command command{};
  command.struct_size = sizeof(command);
  command.argv = argv.data();
  command.argc = argv.size();
  command.env = env.empty() ? nullptr : env.data();
  command.env_count = env.size();
  command.stdin_data = to_abi(request.stdin_data);
  command.hide = hide.data();
  command.hide_count = hide.size();
  command.timeout_ms = request.timeout_ms;

  const auto append = [](void* ctx, gantry_str bytes) {
    static_cast<std::string*>(ctx)->append(view(bytes));
  };
  SpawnResult result;
  std::string message;
  const gantry_sink out{&result.out, append};
  const gantry_sink err{&result.err, append};
  const gantry_error error{&message, append};
  std::int32_t exit_code = 0;
  const std::int32_t code =
      table_->spawn(table_->ctx, &command, &out, &err, &exit_code, &error);
  if (code != GANTRY_OK) {
    throw Error(static_cast<Code>(code), message);
  }
  result.exit_code = exit_code;
  return result;
}

}  // namespace gantry::plugin
