// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/host_services.h"

#include <gantry/boundary.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry {

using boundary::emit;
using boundary::guard;
using boundary::to_abi;
using boundary::to_string;
using boundary::view;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

const HostServices::Options& options_of(const void* ctx) {
  return *static_cast<const HostServices::Options*>(ctx);
}

std::vector<std::string> strings(const gantry_str* from, std::uint64_t count) {
  std::vector<std::string> to;
  to.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    to.push_back(to_string(from[i]));
  }
  return to;
}

// The nearer of the command's own limit and the host's deadline.
std::optional<milliseconds> time_limit(std::int64_t timeout_ms, std::int64_t deadline_ns) {
  std::optional<milliseconds> limit;
  if (timeout_ms > 0) {
    limit = milliseconds(timeout_ms);
  }
  if (deadline_ns != INT64_MAX) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto left = std::chrono::ceil<milliseconds>(nanoseconds(deadline_ns) - now);
    limit = std::min(limit.value_or(left), std::max(left, milliseconds(1)));
  }
  return limit;
}

}  // namespace

// Others may pass through the folders but not list them: whether they may come so far is
// decided by the folder above, which is the caller's.
constexpr mode_t kFolderMode = 0711;

HostServices::HostServices(Options options)
    : options_(std::move(options)),
      data_dir_(options_.data_dir.string()),
      run_dir_(options_.run_dir.string()) {
  make_directories(options_.data_dir, kFolderMode);
  make_directories(options_.run_dir, kFolderMode);
  table_.struct_size = sizeof(table_);
  table_.major = GANTRY_HOST_MAJOR;
  table_.minor = GANTRY_HOST_MINOR;
  table_.ctx = &options_;
  table_.log = &HostServices::log;
  table_.cancelled = &HostServices::cancelled;
  table_.deadline_ns = &HostServices::deadline_ns;
  table_.spawn = &HostServices::spawn;
  table_.data_dir = to_abi(data_dir_);
  table_.run_dir = to_abi(run_dir_);
  table_.get_extension = &HostServices::get_extension;
}

void HostServices::log(void* ctx, std::int32_t level, gantry_str message) noexcept {
  (void)guard(nullptr, [&] {
    if (options_of(ctx).log) {
      const int known = std::clamp(level, GANTRY_LOG_DEBUG, GANTRY_LOG_ERROR);
      options_of(ctx).log(known, view(message));
    }
  });
}

std::int32_t HostServices::cancelled(void* ctx) noexcept {
  bool stop = false;
  (void)guard(nullptr, [&] {
    const Options& options = options_of(ctx);
    stop = options.cancelled && options.cancelled();
  });
  return stop ? 1 : 0;
}

std::int64_t HostServices::deadline_ns(void* ctx) noexcept {
  std::int64_t deadline = INT64_MAX;
  (void)guard(nullptr, [&] {
    if (options_of(ctx).deadline_ns) {
      deadline = options_of(ctx).deadline_ns();
    }
  });
  return deadline;
}

std::int32_t HostServices::spawn(void* ctx, const gantry_command* command,
                                 const gantry_sink* out, const gantry_sink* err_out,
                                 std::int32_t* ret_exit_code,
                                 const gantry_error* error) noexcept {
  return guard(error, [&] {
    const gantry_command c = boundary::sized_copy(command);
    if (c.argc == 0) {
      throw Error(Code::kInvalid, "spawn was given no program to run");
    }
    Command request;
    request.argv = strings(c.argv, c.argc);
    if (c.env != nullptr) {
      request.env = strings(c.env, c.env_count);
    }
    request.stdin_data = to_string(c.stdin_data);
    request.hide = strings(c.hide, c.hide_count);
    request.timeout = time_limit(c.timeout_ms, deadline_ns(ctx));
    request.cancelled = options_of(ctx).cancelled;
    const CommandResult result = run_command(request);
    emit(out, result.out);
    emit(err_out, result.err);
    if (ret_exit_code != nullptr) {
      *ret_exit_code = result.exit_code;
    }
  });
}

const void* HostServices::get_extension(void* /*ctx*/, gantry_str /*id*/) noexcept {
  return nullptr;
}

}  // namespace gantry
