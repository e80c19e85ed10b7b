// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/footprint.h"

#include <filesystem>

#include "core/image/remove.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/secrets/secrets.h"
#include "core/volume/volumes.h"

namespace gantry::fault {

namespace fs = std::filesystem;

Footprint footprint(fakes::FakeEngine& engine) {
  Footprint lines;
  for (std::string& trace : engine.traces()) {
    lines.insert(std::move(trace));
  }
  for (const auto& [key, value] : engine.state.rows()) {
    lines.insert("record: " + key);
  }
  for (const std::string& network : engine.network("").list()) {
    lines.insert("network: " + network);
  }
  for (const auto& entry : fs::recursive_directory_iterator(engine.folder())) {
    lines.insert("file: " + fs::relative(entry.path(), engine.folder()).string());
  }
  return lines;
}

std::string difference(const Footprint& a, const Footprint& b) {
  std::string text;
  for (const std::string& line : a) {
    text += b.contains(line) ? "" : "\n  " + line;
  }
  return text;
}

void remove_all(fakes::FakeEngine& engine) {
  engine::Engine& e = engine.get();
  for (auto rows = lifecycle::list(e); !rows.empty(); rows = lifecycle::list(e)) {
    (void)lifecycle::remove(e, rows.back().brief.id,
                            {.force = true, .volumes = true, .depend = true, .timeout_s = 0});
  }
  volume::Volumes volumes(e.store, e.layout.volumes());
  for (const model::Volume& volume : volumes.list()) {
    volumes.remove(volume.name);
  }
  secrets::Secrets secrets(e.store, e.layout.secrets());
  for (const model::Secret& secret : secrets.list()) {
    (void)secrets.remove(secret.id);
  }
  for (const std::string& network : engine.network("").list()) {
    engine.network("").remove(network);
  }
  (void)image::prune_images(lifecycle::image_context(e), true, [](const model::Image& image) {
    return image.layers.back() != "base";
  });
}

}  // namespace gantry::fault
