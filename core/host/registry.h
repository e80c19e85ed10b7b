// SPDX-License-Identifier: Apache-2.0
//
// The engine's way to its plug-ins: finds, checks and loads one when it is first asked for,
// and hands it out as a port. Owned by the engine, which outlives what it was handed.
// Asking may be done from any thread; the ports tell their own rules.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/discovery.h"
#include "core/host/instance.h"
#include "core/ports/network.h"
#include "core/ports/runtime.h"
#include "core/ports/state_store.h"
#include "core/ports/storage.h"

namespace gantry::host {

struct HostOptions {
  std::vector<std::filesystem::path> directories;  // see search_path()
  std::filesystem::path data_root;                 // plug-ins get <root>/plugins/<kind>-<name>
  std::filesystem::path run_root;
  std::function<void(int level, std::string_view message)> log;
  std::function<bool()> cancelled;
  std::function<std::int64_t()> deadline_ns;
  // A plug-in's section of the configuration.
  std::function<std::map<std::string, std::string>(std::string_view kind,
                                                   std::string_view name)>
      config;
};

class PluginRegistry {
 public:
  explicit PluginRegistry(HostOptions options);
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;
  ~PluginRegistry();

  // A plug-in's name ("crun"), or the path of a runtime's program: then its base name says
  // which profile drives it (crun*: crun, any other: runc).
  ports::Runtime& runtime(const std::string& name_or_path);
  ports::Storage& storage(const std::string& name);
  ports::Network& network(const std::string& name);
  // A store of its own, opened in dir.
  [[nodiscard]] std::unique_ptr<ports::StateStore> state(const std::string& name,
                                                         const std::filesystem::path& dir);

  // From the files alone, loading nothing.
  [[nodiscard]] std::vector<PluginFile> list() const;
  [[nodiscard]] PluginFile inspect(std::string_view kind, std::string_view name) const;

 private:
  std::unique_ptr<Instance> instantiate(std::string_view kind, const std::string& name,
                                        const std::map<std::string, std::string>& extra = {});

  HostOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ports::Runtime>, std::less<>> runtimes_;
  std::map<std::string, std::unique_ptr<ports::Storage>, std::less<>> storages_;
  std::map<std::string, std::unique_ptr<ports::Network>, std::less<>> networks_;
};

}  // namespace gantry::host
