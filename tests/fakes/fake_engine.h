// SPDX-License-Identifier: Apache-2.0
//
// An engine built of fakes over a temporary folder, with one image in its store. Everything
// survives the engine: reopen() plays the next command after a crash.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/engine.h"
#include "core/lifecycle/create_request.h"
#include "tests/fakes/fake_machine.h"
#include "tests/fakes/fake_monitor.h"
#include "tests/fakes/fake_network.h"
#include "tests/fakes/fake_runtime.h"
#include "tests/fakes/fake_state_store.h"
#include "tests/fakes/fake_storage.h"

namespace gantry::fakes {

class FakeEngine : public engine::Backends {
 public:
  FakeEngine();
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() override;

  [[nodiscard]] engine::Engine& get() { return process_->engine; }
  [[nodiscard]] engine::Settings& settings() { return settings_; }

  // The process was killed, and another begins. Whatever of the dead one hangs in some thread
  // keeps what it had to itself.
  void reopen();

  // Every call on any port, before and after it has its effect, by name.
  void set_hook(std::function<void(std::string_view operation)> hook);

  // A request for a container of the image, on the default network.
  [[nodiscard]] static lifecycle::CreateRequest request(const std::string& name);

  // The exit commands of monitors whose containers ended meanwhile: other processes, which
  // get to run when this one is not in their way.
  void run_exit_commands();

  // The machine starts again: nothing volatile is left.
  void reboot();

  // What of this container (or of any, without an id) is left anywhere but in its records.
  [[nodiscard]] std::vector<std::string> traces(const std::string& id = {}) const;
  // Keys in the store that are not the image's.
  [[nodiscard]] std::vector<std::string> records() const;

  ports::Runtime& runtime(const std::string&) override { return runtime_; }
  ports::Storage& storage(const std::string&) override { return storage_; }
  ports::Network& network(const std::string&) override { return network_; }
  model::Backends chosen() override { return {"fake", "fake", "fake"}; }

  // Where it keeps its files.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  FakeNetwork& network_of_fakes() { return network_; }
  FakeStorage& storage_of_fakes() { return storage_; }
  [[nodiscard]] ports::IdMapping layer_mapping(const std::string& id) const {
    return storage_.layers().at(id).mapping;
  }
  [[nodiscard]] std::string layer_options(const std::string& id) const {
    return storage_.layers().at(id).options_json;
  }

  // As if the user pressed Ctrl-C; and whether somebody is to be told of it now.
  bool cancelled = false;
  [[nodiscard]] bool is_cancelled() const;

  FakeWorld world;
  FakeStateStore state;
  FakeClock clock;
  FakeMounter mounter;
  FakeProcesses processes;

 private:
  std::filesystem::path folder_;
  layout::Layout layout_;
  engine::Settings settings_;
  FakeRuntime runtime_{world};
  FakeMonitor monitor_{world};
  FakeStorage storage_;
  FakeNetwork network_;
  // What a process has to itself.
  struct Process {
    explicit Process(FakeEngine& owner);
    store::Store store;
    std::function<bool()> cancelled;
    locks::LockTable locks;
    events::EventLog events;
    engine::Engine engine;
  };
  std::unique_ptr<Process> process_;
  std::vector<std::string> exit_commands_;
};

}  // namespace gantry::fakes
