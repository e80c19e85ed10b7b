// SPDX-License-Identifier: Apache-2.0
#include "core/host/loaded_plugin.h"

#include <gantry/error.hpp>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

// Boost.Filesystem would be one more library to load at every start.
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include "core/host/handshake.h"
#include "sdk/support/trace.h"

namespace gantry::host {

namespace {

namespace dll = boost::dll;

// Reachable and never destroyed: that is how plug-ins stay loaded, refused ones too.
struct Table {
  std::mutex mutex;
  std::vector<dll::shared_library> libraries;
  std::unordered_map<std::string, std::unique_ptr<LoadedPlugin>> by_path;
};
Table& table() {
  static Table* const instance = new Table;
  return *instance;
}

dll::shared_library open_library(const std::filesystem::path& path) {
  dll::shared_library library;
  try {
    library.load(path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& e) {
    // Its text holds the dynamic linker's own reason.
    throw Error(Code::kInvalid, "cannot load plug-in " + path.string() + ": " + e.what());
  }
  return library;
}

// REQUIRES: the table's mutex.
std::unique_ptr<LoadedPlugin> load(Table& loaded, const CheckedFile& file) {
  loaded.libraries.push_back(open_library(file.real_path));
  const dll::shared_library& library = loaded.libraries.back();
  if (!library.has(GANTRY_PLUGIN_ENTRY_SYMBOL)) {
    throw Error(Code::kInvalid, "refusing to load plug-in " + file.real_path.string() +
                                    ": it exports no function " GANTRY_PLUGIN_ENTRY_SYMBOL
                                    "; rebuild it with gantry's entry macro");
  }
  const auto& entry = library.get<const gantry_plugin*()>(GANTRY_PLUGIN_ENTRY_SYMBOL);
  const gantry_plugin descriptor = check_descriptor(entry(), file.facts, file.real_path);
  return std::make_unique<LoadedPlugin>(LoadedPlugin{file.real_path, file.facts, descriptor});
}

}  // namespace

const LoadedPlugin& load_plugin(const std::filesystem::path& path) {
  const CheckedFile file = check_file(path);
  Table& loaded = table();
  const std::lock_guard lock(loaded.mutex);
  std::unique_ptr<LoadedPlugin>& plugin = loaded.by_path[file.real_path.string()];
  if (plugin == nullptr) {
    const trace::Span span(trace::Kind::kPlugin, "load ", file.facts.kind, "-",
                           file.facts.name);
    plugin = load(loaded, file);
  }
  return *plugin;
}

}  // namespace gantry::host
