// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/labels.h"

#include <fcntl.h>

#include <algorithm>

#include "core/spec/selinux.h"
#include "core/volume/change_tree.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// Whose processes are to see each other must have one label.
std::vector<std::string> options_of(const engine::Engine& engine,
                                    const model::ContainerConfig& config) {
  std::vector<std::string> options = config.security.label_options;
  for (const model::NamespaceMode* mode : {&config.ipc, &config.pid}) {
    if (mode->mode == "host" && options.empty()) {
      return {"disable"};
    }
    if (mode->mode == "container") {
      const auto other = engine.store.read(
          [&](const store::Reader& reader) { return reader.find_container(mode->value); });
      options = spec::options_of_label(other ? other->security.process_label : "");
    }
  }
  return options;
}

bool has(const model::Mount& mount, const char* option) {
  return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
}

}  // namespace

void settle_labels(const engine::Engine& engine, model::ContainerConfig& config) {
  if (config.security.privileged) {
    return;
  }
  const std::optional<std::filesystem::path> file =
      engine.settings.selinux_contexts.empty()
          ? spec::find_selinux_contexts()
          : std::optional<std::filesystem::path>(engine.settings.selinux_contexts);
  if (!file) {
    return;
  }
  const spec::Labels labels = spec::selinux_labels(read_file_if_exists(*file).value_or(""),
                                                   options_of(engine, config), config.id);
  config.security.process_label = labels.process;
  config.security.mount_label = labels.mount;
}

void label_for_container(const model::ContainerConfig& config,
                         const std::filesystem::path& path) {
  if (!config.security.mount_label.empty()) {
    const UniqueFd top = open_file(path, O_PATH | O_NOFOLLOW);
    volume::relabel_tree(top.get(), config.security.mount_label, path.string());
  }
}

void relabel_mount(const model::ContainerConfig& config, const model::Mount& mount, int source,
                   const std::string& shown) {
  const std::string& label = config.security.mount_label;
  if (label.empty()) {
    return;
  }
  if (has(mount, "Z")) {
    volume::relabel_tree(source, label, shown);
  } else if (has(mount, "z")) {
    volume::relabel_tree(source, spec::shared_label(label), shown);
  }
}

}  // namespace gantry::lifecycle
