// SPDX-License-Identifier: Apache-2.0
#include "core/host/registry.h"

#include <utility>

#include "core/host/loaded_plugin.h"
#include "core/host/network_adapter.h"
#include "core/host/runtime_adapter.h"
#include "core/host/state_adapter.h"
#include "core/host/storage_adapter.h"

namespace gantry::host {

namespace {

std::string profile_of(const std::filesystem::path& program) {
  return program.filename().string().starts_with("crun") ? "crun" : "runc";
}

// The port kept under key, made on first use.
template <typename Ports, typename Make>
auto& kept(std::mutex& mutex, Ports& ports, const std::string& key, Make&& make) {
  const std::lock_guard lock(mutex);
  auto& port = ports[key];
  if (port == nullptr) {
    port = make();
  }
  return *port;
}

}  // namespace

PluginRegistry::PluginRegistry(HostOptions options) : options_(std::move(options)) {}

PluginRegistry::~PluginRegistry() = default;

std::unique_ptr<Instance> PluginRegistry::instantiate(
    std::string_view kind, const std::string& name,
    const std::map<std::string, std::string>& extra) {
  const LoadedPlugin& plugin = load_plugin(find_plugin(options_.directories, kind, name));
  std::map<std::string, std::string> config;
  if (options_.config) {
    config = options_.config(kind, name);
  }
  for (const auto& [key, value] : extra) {
    config[key] = value;
  }
  HostServices::Options services{options_.data_root / "plugins" / plugin.label(),
                                 options_.run_root / "plugins" / plugin.label(), options_.log,
                                 options_.cancelled, options_.deadline_ns};
  return std::make_unique<Instance>(plugin, std::move(services), config);
}

ports::Runtime& PluginRegistry::runtime(const std::string& name_or_path) {
  return kept(mutex_, runtimes_, name_or_path, [&] {
    const bool path = name_or_path.find('/') != std::string::npos;
    return std::make_unique<AbiRuntime>(
        path ? instantiate("oci", profile_of(name_or_path), {{"path", name_or_path}})
             : instantiate("oci", name_or_path));
  });
}

ports::Storage& PluginRegistry::storage(const std::string& name) {
  return kept(mutex_, storages_, name, [&] {
    auto storage = std::make_unique<AbiStorage>(instantiate("storage", name));
    storage->init();  // the driver's contract: before anything else
    return storage;
  });
}

ports::Network& PluginRegistry::network(const std::string& name) {
  return kept(mutex_, networks_, name,
              [&] { return std::make_unique<AbiNetwork>(instantiate("net", name)); });
}

std::unique_ptr<ports::StateStore> PluginRegistry::state(const std::string& name,
                                                         const std::filesystem::path& dir) {
  return std::make_unique<AbiStateStore>(instantiate("state", name), dir);
}

std::vector<PluginFile> PluginRegistry::list() const {
  return list_plugins(options_.directories);
}

PluginFile PluginRegistry::inspect(std::string_view kind, std::string_view name) const {
  return examine(find_plugin(options_.directories, kind, name));
}

}  // namespace gantry::host
