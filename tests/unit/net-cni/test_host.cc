// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/net-cni/test_host.h"

#include <algorithm>
#include <limits>

#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

TestHost::TestHost() : root_(make_temp_directory("/tmp/net-cni-test-XXXXXX")) {
  for (const fs::path& dir : {data_dir(), run_dir(), config_dir()}) {
    make_directories(dir);
  }
  data_text_ = data_dir();
  run_text_ = run_dir();
  table_.struct_size = sizeof(table_);
  table_.major = GANTRY_HOST_MAJOR;
  table_.minor = GANTRY_HOST_MINOR;
  table_.ctx = this;
  table_.log = &log;
  table_.cancelled = [](void* ctx) {
    return static_cast<TestHost*>(ctx)->cancelled ? std::int32_t{1} : std::int32_t{0};
  };
  table_.deadline_ns = [](void*) { return std::numeric_limits<std::int64_t>::max(); };
  table_.spawn = &spawn;
  table_.data_dir = plugin::to_abi(data_text_);
  table_.run_dir = plugin::to_abi(run_text_);
  table_.get_extension = [](void*, gantry_str) -> const void* { return nullptr; };
}

TestHost::~TestHost() {
  try {
    remove_tree(root_);
  } catch (const std::exception&) {
    // Nothing more can be done at the end of a test.
  }
}

void TestHost::reboot() {
  remove_tree(run_dir());
  make_directories(run_dir());
}

void TestHost::write_admin(const std::string& file, const std::string& text) const {
  write_file(config_dir() / file, text);
}

std::vector<std::string> TestHost::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

void TestHost::log(void* ctx, std::int32_t level, gantry_str message) {
  auto* self = static_cast<TestHost*>(ctx);
  const std::lock_guard lock(self->mutex_);
  if (level >= GANTRY_LOG_WARNING) {
    self->warnings_.push_back(plugin::to_string(message));
  }
}

std::int32_t TestHost::spawn(void* ctx, const gantry_command* command, const gantry_sink* out,
                             const gantry_sink* err_out, std::int32_t* ret_exit_code,
                             const gantry_error* error) {
  const auto strings = [](const gantry_str* from, std::uint64_t count) {
    std::vector<std::string> to;
    for (std::uint64_t i = 0; i < count; ++i) {
      to.push_back(plugin::to_string(from[i]));
    }
    return to;
  };
  try {
    if (static_cast<TestHost*>(ctx)->cancelled) {
      throw Error(Code::kCancelled, "cancelled");
    }
    Command run;
    run.argv = strings(command->argv, command->argc);
    run.env = strings(command->env, command->env_count);
    run.stdin_data = plugin::to_string(command->stdin_data);
    const CommandResult result = run_command(run);
    out->write(out->ctx, plugin::to_abi(result.out));
    err_out->write(err_out->ctx, plugin::to_abi(result.err));
    *ret_exit_code = result.exit_code;
    return GANTRY_OK;
  } catch (const Error& failure) {
    error->set(error->ctx, plugin::to_abi(failure.what()));
    return static_cast<std::int32_t>(failure.code());
  }
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  if (!fs::exists(folder)) {
    return files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.is_regular_file() && name != "lock" && !name.ends_with(".lock")) {
      files.push_back(fs::relative(entry.path(), folder));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace gantry::net_cni
