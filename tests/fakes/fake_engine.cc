// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_engine.h"

#include "core/lifecycle/verbs/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/uncancelled.h"

namespace gantry::fakes {

namespace fs = std::filesystem;

namespace {

constexpr const char* kImage = "docker.io/library/box:latest";

layout::Layout layout_in(const fs::path& folder) { return {folder / "data", folder / "run"}; }

}  // namespace

FakeEngine::Process::Process(FakeEngine& owner)
    : store(owner.state),
      cancelled([&owner] { return owner.is_cancelled(); }),
      locks(owner.layout_.locks(), "test", cancelled),
      events(owner.layout_.events()),
      engine{owner.layout_, owner.settings_, store, owner,  owner.monitor_, owner.clock,
             owner.mounter, owner.processes, locks, events, cancelled} {}

FakeEngine::FakeEngine()
    : folder_(make_temp_directory(fs::temp_directory_path() / "gantry-fake-XXXXXX")),
      layout_(layout_in(folder_)),
      storage_(folder_ / "mounts"),
      process_(std::make_unique<Process>(*this)) {
  settings_.exit_command = {"gantry", "container", "cleanup"};
  settings_.default_network = "gantry";
  storage_.init();
  storage_.create(
      {.id = "base", .parent = {}, .writable = false, .mapping = {}, .options_json = {}});
  storage_.commit("base");
  model::Image image;
  image.id = std::string(64, 'a');
  image.layers = {"base"};
  image.diff_ids = {"sha256:" + std::string(64, 'd')};
  image.layer_sizes = {0};
  image.config_json = R"({"architecture":"amd64","os":"linux","config":{"Cmd":["sh"]},)"
                      R"("rootfs":{"type":"layers","diff_ids":[")" +
                      image.diff_ids.front() + R"("]}})";
  image.defaults.command = {"sh"};
  process_->store.write(ports::Durability::kDurable, [&](store::Writer& writer) {
    writer.put_image(image);
    writer.tag_image(image.id, kImage);
  });
  world.on_exit_command = [this](const std::vector<std::string>& argv) {
    exit_commands_.push_back(argv.back());
  };
}

FakeEngine::~FakeEngine() {
  set_hook(nullptr);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool FakeEngine::is_cancelled() const { return cancelled && !Uncancelled::any(); }

void FakeEngine::reopen() {
  static std::vector<std::unique_ptr<Process>> dead;
  dead.push_back(std::move(process_));
  state.lose_process();
  process_ = std::make_unique<Process>(*this);
}

void FakeEngine::set_hook(std::function<void(std::string_view)> hook) {
  world.before = world.after = hook;
  storage_.before = storage_.after = hook;
  network_.before = network_.after = hook;
  mounter.before = mounter.after = hook;
  if (hook) {
    state.set_hook([hook](std::string_view operation, std::string_view) {
      hook("state." + std::string(operation));
    });
  } else {
    state.set_hook(nullptr);
  }
}

lifecycle::CreateRequest FakeEngine::request(const std::string& name) {
  lifecycle::CreateRequest request;
  request.image = "box";
  request.config.name = name;
  return request;
}

void FakeEngine::run_exit_commands() {
  while (!exit_commands_.empty()) {
    const std::string id = exit_commands_.front();
    exit_commands_.erase(exit_commands_.begin());
    lifecycle::cleanup(get(), id, {.from_monitor = true});
  }
}

void FakeEngine::reboot() {
  world.reboot();
  storage_.reboot();
  mounter.reboot();
  processes.reboot();
  std::error_code ignored;
  fs::remove_all(layout_.run, ignored);
}

std::vector<std::string> FakeEngine::traces(const std::string& id) const {
  std::vector<std::string> found;
  const auto note = [&](const std::string& what) {
    if (id.empty() || what.find(id) != std::string::npos) {
      found.push_back(what);
    }
  };
  for (const std::string& container : world.ids()) {
    note("runtime: " + container);
  }
  for (const auto& [layer, content] : storage_.layers()) {
    if (layer != "base") {
      note("layer: " + layer);
    }
  }
  for (const std::string& layer : storage_.mounted()) {
    note("mounted layer: " + layer);
  }
  for (const fs::path& mount : mounter.mounts()) {
    note("mount: " + mount.string());
  }
  for (const std::string& container : network_.attached()) {
    note("address: " + container);
  }
  for (const char* place : {"containers", "exits", "locks/container"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(layout_.run / place, none)) {
      note(entry.path());
    }
  }
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(layout_.data / "containers", none)) {
    note(entry.path());
  }
  return found;
}

std::vector<std::string> FakeEngine::records() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : state.rows()) {
    if (!key.starts_with("i/") && !key.starts_with("meta/")) {
      keys.push_back(key);
    }
  }
  return keys;
}

}  // namespace gantry::fakes
