// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/checkpoint_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/lifecycle/artifacts.h"
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
  return dump.dump(2);
}

model::ContainerConfig parse_config_dump(const std::string& text, const std::string& source) {
  const Json dump = parse_json(text, std::string(kConfigDump) + " in " + source);
  const auto own = dump.is_object() ? dump.find("gantry") : dump.end();
  if (!dump.is_object() || own == dump.end() || !own->is_object() || !own->contains("config")) {
    throw Error(Code::kInvalid, source +
                                    " was not written by gantry: restore it with the engine "
                                    "that made it");
  }
  if (own->value("version", 0) != 1) {
    throw Error(Code::kInvalid, source + " is of a later gantry: restore it with that one");
  }
  try {
    return own->at("config").get<model::ContainerConfig>();
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, std::string(kConfigDump) + " in " + source + ": " + e.what());
  }
}

bool has_checkpoint(const layout::Layout& layout, const std::string& id) {
  return gantry::exists(layout.checkpoint(id) / kInventory);
}

void settle_checkpoint(const layout::Layout& layout, const std::string& id) {
  const fs::path last = layout.last_checkpoint(id);
  if (!gantry::exists(last)) {
    return;
  }
  if (!has_checkpoint(layout, id)) {
    remove_tree(layout.checkpoint(id));
    move_kept(last, layout.checkpoint(id));
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
  remove_artifact(layout, id, kConfigDump);
  remove_artifact(layout, id, kSpecDump);
}

void drop_checkpoint(const layout::Layout& layout, const std::string& id) {
  drop_checkpoint_logs(layout, id);
  for (const char* name : {kNetworkStatus, kShmContent}) {
    remove_artifact(layout, id, name);
  }
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
