// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/checkpoint_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/lifecycle/sync.h"
#include "core/log/log.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/timestamp.h"

namespace gantry::lifecycle {

namespace {

namespace fs = std::filesystem;

// criu writes it last: with it the images are whole.
constexpr const char* kInventory = "inventory.img";

// The first error is the reason; those after it are consequences.
std::string first_error_in(const std::string& log) {
  constexpr std::string_view kMark = "Error (";
  const std::size_t at = log.find(kMark);
  if (at == std::string::npos) {
    return {};
  }
  const std::size_t colon = log.find("): ", at);
  const std::size_t end = std::min(log.find('\n', at), log.size());
  return colon < end ? log.substr(colon + 3, end - colon - 3) : log.substr(at, end - at);
}

bool is_whole(const engine::Engine& engine, const std::string& id) {
  if (!has_checkpoint(engine.layout, id)) {
    return false;
  }
  const auto begun = read_file_if_exists(engine.layout.checkpoint(id) / kUnsynced);
  return !begun || *begun == engine.processes.boot_id();
}

}  // namespace

std::string config_dump(const model::ContainerConfig& config, std::int64_t checkpointed_ns) {
  const Json dump{{"id", config.id},
                  {"name", config.name},
                  {"rootfsImage", config.image_id},
                  {"rootfsImageName", config.image_name},
                  {"runtime", config.backends.runtime},
                  {"createdTime", format_timestamp(config.created_ns)},
                  {"checkpointedTime", format_timestamp(checkpointed_ns)},
                  {"gantry", {{"version", 1}, {"config", config}}}};
  // Words of a command line need not be UTF-8.
  return dump.dump(2, ' ', false, Json::error_handler_t::replace);
}

model::ContainerConfig parse_config_dump(const std::string& text, const std::string& source) {
  const Json dump = parse_json(text, std::string(kConfigDump) + " in " + source);
  const auto own = dump.is_object() ? dump.find("gantry") : dump.end();
  if (!dump.is_object() || own == dump.end() || !own->is_object() || !own->contains("config")) {
    throw Error(Code::kInvalid, source +
                                    " was not written by gantry: restore it with the engine "
                                    "that made it");
  }
  try {
    if (own->value("version", 0) != 1) {
      throw Error(Code::kInvalid, source + " is of a later gantry: restore it with that one");
    }
    return own->at("config").get<model::ContainerConfig>();
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, std::string(kConfigDump) + " in " + source + ": " + e.what());
  }
}

void require_connections_possible(const model::ContainerConfig& config) {
  if (config.network.mode == model::NetworkMode::kBridge &&
      !config.network.attachments.empty() && !config.id_mapping.empty()) {
    throw Error(Code::kUnsupported,
                "container " + config.name +
                    " has a user namespace: its network would come too late for established "
                    "connections: go without --tcp-established");
  }
}

bool has_checkpoint(const layout::Layout& layout, const std::string& id) {
  return gantry::exists(layout.checkpoint(id) / kInventory);
}

std::optional<bool> has_ended(engine::Engine& engine, const model::ContainerConfig& config,
                              const model::ContainerState& state) {
  if (observe(engine, config.id, state).status == model::Status::kStopped) {
    return true;
  }
  try {
    const Json truth = engine.backends.runtime(config.backends.runtime).state(config.id);
    return truth.value("status", "") == "stopped";
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return true;
    }
    log::error("find out whether container " + config.name + " runs: " + e.what());
    return std::nullopt;
  }
}

void begin_checkpoint(const engine::Engine& engine, const std::string& id) {
  const fs::path folder = engine.layout.checkpoint(id);
  if (gantry::exists(folder)) {
    move_kept(folder, engine.layout.last_checkpoint(id));
  }
  make_directories(folder, 0700);
  write_file(folder / kUnsynced, engine.processes.boot_id(), 0600);
}

void seal_checkpoint(const layout::Layout& layout, const std::string& id) {
  const fs::path folder = layout.checkpoint(id);
  const UniqueFd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (::syncfs(fd.get()) != 0) {
    throw errno_error(errno, "write " + folder.string() + " to the disk");
  }
  remove_file(folder / kUnsynced);
  sync_directory(folder);
}

void settle_checkpoint(const engine::Engine& engine, const std::string& id) {
  const fs::path last = engine.layout.last_checkpoint(id);
  if (!gantry::exists(last)) {
    return;
  }
  if (!is_whole(engine, id)) {
    remove_tree(engine.layout.checkpoint(id));
    move_kept(last, engine.layout.checkpoint(id));
  }
  remove_tree(last);
}

void move_kept(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw errno_error(errno, "rename " + from.string() + " to " + to.string());
  }
}

void drop_checkpoint_logs(const layout::Layout& layout, const std::string& id) {
  remove_tree(layout.criu(id));
}

void drop_checkpoint(const layout::Layout& layout, const std::string& id) {
  drop_checkpoint_logs(layout, id);
  remove_tree(layout.last_checkpoint(id));
  remove_tree(layout.checkpoint(id));
}

Error with_criu_reason(const Error& error, const layout::Layout& layout, const std::string& id,
                       const char* log) {
  const std::string reason =
      first_error_in(read_file_if_exists(layout.criu(id) / log).value_or(""));
  if (reason.empty()) {
    return error;
  }
  // What follows in it is the name of the log, which will not be kept.
  const std::string words = error.what();
  return {error.code(), words.substr(0, words.find('\n')) + ": " + reason};
}

}  // namespace gantry::lifecycle
