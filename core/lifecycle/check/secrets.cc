// SPDX-License-Identifier: Apache-2.0
//
// Secrets: data that no record names, and records whose data is gone.
#include "core/secrets/secrets.h"

#include "core/lifecycle/check/findings.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

void check_secrets(engine::Engine& engine, Findings& findings) {
  const secrets::Secrets secrets(engine.store, engine.layout.secrets());
  for (const std::string& file : secrets.orphans()) {
    findings.push_back(
        {"secret", file, "data of a secret that is no more", [&engine] {
           secrets::Secrets(engine.store, engine.layout.secrets()).drop_orphans();
         }});
  }
  for (const model::Secret& secret : secrets.list()) {
    if (!gantry::exists(engine.layout.secrets() / secret.id) &&
        engine.store.read([&](const store::Reader& reader) {
          return reader.find_secret(secret.id).has_value();
        })) {
      findings.push_back(
          {"secret", secret.name, "its data is gone: remove it and create it again"});
    }
  }
}

}  // namespace gantry::lifecycle
