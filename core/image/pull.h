// SPDX-License-Identifier: Apache-2.0
//
// Images from registries, through skopeo: it knows the protocol, trust and credentials. One
// thread. A failed pull leaves the images as they were.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image/context.h"
#include "core/image/manifest.h"
#include "core/image/registries.h"

namespace gantry::image {

enum class PullPolicy { kMissing, kAlways, kNewer, kNever };
// "missing", "always", "newer", "never"; kInvalid in podman's words.
[[nodiscard]] PullPolicy parse_pull_policy(const std::string& text);

struct PullOptions {
  PullPolicy policy = PullPolicy::kMissing;
  Registries registries;
  std::optional<Platform> platform;
  std::string authfile;
  std::string credentials;  // "user:password"; not shown to other processes
  std::string cert_dir;
  std::string signature_policy;    // file; empty: skopeo's own search
  std::optional<bool> tls_verify;  // unset: as registries.conf says
};

// The image for a name, local or pulled, as the policy says. kNotFound is podman's "NAME:
// image not known"; what skopeo says of a failed pull is passed on.
model::Image choose(const Context& context, const std::string& name,
                    const PullOptions& options);

// From the registry, even if it is here; nothing is fetched when the registry has the same.
model::Image pull(const Context& context, const std::string& name, const PullOptions& options);

}  // namespace gantry::image
