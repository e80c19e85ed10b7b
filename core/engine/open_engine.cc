// SPDX-License-Identifier: Apache-2.0
#include "core/engine/open_engine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "core/engine/data_mark.h"
#include "core/engine/host_machine.h"
#include "core/engine/run_folder.h"
#include "core/log/log.h"
#include "core/monitor/conmon_monitor.h"
#include "sdk/support/boot_id.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::engine {

namespace fs = std::filesystem;

namespace {

layout::Layout layout_of(const layout::Configuration& configuration) {
  layout::Layout layout;
  layout.data = fs::absolute(configuration.get("root"));
  layout.run = fs::absolute(configuration.get("runroot"));
  return layout;
}

std::string hide_program(const layout::Configuration& configuration) {
  const std::string& configured = configuration.get("hide_program");
  if (!configured.empty()) {
    return configured;
  }
  return own_program().parent_path().parent_path() / GANTRY_LIBEXECDIR / "gantry/gantry-hide";
}

Settings settings_of(const layout::Configuration& configuration) {
  Settings settings;
  settings.own_command = {own_program()};
  for (const std::string& flag : configuration.as_flags()) {
    settings.own_command.push_back(flag);
  }
  settings.exit_command = settings.own_command;
  settings.exit_command.insert(settings.exit_command.end(),
                               {"container", "cleanup", "--from-monitor"});
  settings.hide_program = hide_program(configuration);
  settings.init_program = configuration.get("init_program");
  settings.default_network = configuration.get("default_network");
  // Mostly they wait: for the kernel, for a runtime, for a process to end.
  settings.at_once = std::clamp(4 * std::thread::hardware_concurrency(), 4U, 32U);
  settings.default_userns = configuration.get("default_userns");
  settings.auto_userns_user = configuration.get("auto_userns_user");
  settings.subuid_file = configuration.get("subuid_file");
  settings.subgid_file = configuration.get("subgid_file");
  for (const std::string& folder : configuration.list("hooks_dir")) {
    settings.hooks_dirs.emplace_back(folder);
  }
  if (settings.hooks_dirs.empty()) {
    settings.hooks_dirs = {"/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d"};
  }
  return settings;
}

// As the user sees it, but for what must come to its end.
std::function<bool()> cancelled_of(const OpenOptions& options) {
  return [asked = options.cancelled] { return asked && asked() && !Uncancelled::any(); };
}

host::HostOptions host_options(const OpenOptions& options, const layout::Layout& layout) {
  host::HostOptions host;
  host.directories = plugin_directories(options.configuration);
  host.data_root = layout.data;
  host.run_root = layout.run;
  host.log = [](int level, std::string_view message) {
    log::write(static_cast<log::Level>(level), message);
  };
  host.cancelled = cancelled_of(options);
  host.config = [configuration = options.configuration](std::string_view kind,
                                                        std::string_view name) {
    return configuration.plugin_section(kind, name);
  };
  return host;
}

// Everything that an Engine refers to, in the order in which it is built.
class OpenEngine : public Backends {
 public:
  explicit OpenEngine(const OpenOptions& options)
      : cancelled_(cancelled_of(options)),
        configuration_(options.configuration),
        layout_(layout_of(configuration_)),
        mark_(read_mark(layout_)),
        settings_(settings_of(configuration_)),
        plugins_(host_options(options, layout_)),
        state_(open_state()),
        store_(*state_),
        monitor_({configuration_.get("conmon"), settings_.hide_program}, cancelled_),
        locks_(layout_.locks(), options.verb, cancelled_),
        events_(layout_.events()),
        engine_{layout_,  settings_,  store_, *this,   monitor_,  clock_,
                mounter_, processes_, locks_, events_, cancelled_} {
    claim_data();
  }

  [[nodiscard]] Engine& engine() noexcept { return engine_; }

  ports::Runtime& runtime(const std::string& name_or_path) override {
    return plugins_.runtime(name_or_path.empty() ? chosen().runtime : name_or_path);
  }
  ports::Storage& storage(const std::string& name) override {
    return plugins_.storage(name.empty() ? chosen().storage : name);
  }
  ports::Network& network(const std::string& name) override {
    return plugins_.network(name.empty() ? chosen().network : name);
  }
  model::Backends chosen() override {
    return {chosen_runtime(configuration_), configuration_.get("storage_driver"),
            configuration_.get("network_backend")};
  }

 private:
  std::unique_ptr<ports::StateStore> open_state() {
    require_own_run(layout_, mark_);
    // Others must not look into containers' files, nor plant links.
    make_directories(layout_.data, 0711);
    make_directories(layout_.run, 0711);
    forget_other_boots(layout_, boot_id(), usual_wait(cancelled_));
    const std::string& backend = configuration_.get("state_backend");
    require_backend(layout_, mark_, backend);
    return plugins_.state(backend, layout_.state(backend));
  }

  // The first of all commands on this folder: its store is the one whose records count.
  void claim_data() {
    if (mark_) {
      return;
    }
    store_.write(ports::Durability::kDurable, [](store::Writer&) {});
    write_mark(layout_, {configuration_.get("state_backend"), store_.id()});
  }

  std::function<bool()> cancelled_;
  layout::Configuration configuration_;
  layout::Layout layout_;
  std::optional<DataMark> mark_;
  Settings settings_;
  host::PluginRegistry plugins_;
  std::unique_ptr<ports::StateStore> state_;
  store::Store store_;
  monitor::ConmonMonitor monitor_;
  HostClock clock_;
  HostMounter mounter_;
  HostProcesses processes_;
  locks::LockTable locks_;
  events::EventLog events_;
  Engine engine_;
};

}  // namespace

fs::path own_program() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    throw Error(Code::kIo, "find gantry's own program: " + error.message());
  }
  return path;
}

std::vector<fs::path> plugin_directories(const layout::Configuration& configuration) {
  host::SearchPathInput input;
  for (const std::string& folder : configuration.list("plugin_dir")) {
    input.plugin_dirs.emplace_back(folder);
  }
  if (const char* environment = ::getenv("GANTRY_PLUGIN_PATH")) {
    input.environment = environment;
  }
  // As installed, or in the build tree: beside the program's own folder.
  const fs::path prefix = own_program().parent_path().parent_path();
  input.library_dir = prefix / GANTRY_LIBDIR;
  if (!gantry::exists(input.library_dir / "gantry/plugins/1")) {
    input.library_dir = prefix / "lib";
  }
  input.root = ::geteuid() == 0;
  input.warn = [](const std::string& warning) { log::warning(warning); };
  return host::search_path(input);
}

std::string chosen_runtime(const layout::Configuration& configuration) {
  const std::string& configured = configuration.get("runtime");
  if (!configured.empty()) {
    return configured;
  }
  return find_program("crun") || !find_program("runc") ? "crun" : "runc";
}

std::shared_ptr<Engine> open_engine(const OpenOptions& options) {
  auto opened = std::make_shared<OpenEngine>(options);
  return {opened, &opened->engine()};
}

}  // namespace gantry::engine
