// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/diff.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/image/lookup.h"
#include "core/lifecycle/verbs/list.h"

namespace gantry::lifecycle {

namespace {

// Mount points and files that are made for every container.
constexpr std::array<std::string_view, 11> kEngineMade{
    "/dev", "/etc/hostname", "/etc/hosts",         "/etc/resolv.conf", "/proc",
    "/run", "/run/notify",   "/run/.containerenv", "/run/secrets",     "/var/run/.containerenv",
    "/sys"};

std::optional<Inspected> find_container(engine::Engine& engine, const std::string& name) {
  try {
    return inspect(engine, name);
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

std::vector<ports::Change> diff_of_container(engine::Engine& engine,
                                             const Inspected& container) {
  const model::ContainerConfig& config = container.config;
  if (!config.rootfs.empty()) {
    throw Error(Code::kInvalid, "container " + config.name + " uses the folder " +
                                    config.rootfs +
                                    " as its root file system: there is nothing to compare it "
                                    "with");
  }
  std::vector<ports::Change> changes =
      engine.backends.storage(config.backends.storage).changes(config.id);
  std::erase_if(changes, [](const ports::Change& change) {
    return std::find(kEngineMade.begin(), kEngineMade.end(), change.path) != kEngineMade.end();
  });
  return changes;
}

}  // namespace

std::vector<ports::Change> diff(engine::Engine& engine, const std::string& name_or_id) {
  if (const auto container = find_container(engine, name_or_id)) {
    return diff_of_container(engine, *container);
  }
  const image::Registries registries = image::load_registries();
  const auto found = engine.store.read([&](const store::Reader& reader) {
    return image::find_image(reader, name_or_id, registries);
  });
  if (!found) {
    throw Error(Code::kNotFound, name_or_id + " not found: layer not known");
  }
  if (found->image.layers.empty()) {
    return {};
  }
  return engine.backends.storage("").changes(found->image.layers.back());
}

}  // namespace gantry::lifecycle
