// SPDX-License-Identifier: Apache-2.0
//
// Image configurations (OCI image specification, config.md, with docker's Healthcheck):
// reading those of strangers, changing them as --change asks, and writing new ones.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/image.h"

namespace gantry::image {

// Fills what the configuration tells: id (its digest), defaults, diff_ids, history. Names,
// layers and sizes are left alone. kCorrupt names the field that does not hold.
[[nodiscard]] model::Image parse_config(std::string_view text, const std::string& what);

// "CMD [...]", "ENV A=b" and so on, as import and commit take them: CMD ENTRYPOINT ENV
// EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR. kInvalid in podman's
// words.
void apply_change(model::ImageDefaults& defaults, std::string_view change);

// What a new image says of itself.
struct ConfigDraft {
  const model::Image* parent = nullptr;  // its unknown fields and history are kept
  model::ImageDefaults defaults;
  std::vector<std::string> diff_ids;  // all, lowest first
  model::ImageHistory history;        // of the one new layer
  std::int64_t created_ns = 0;
  std::string architecture;
  std::string os = "linux";
  std::string variant;
  std::string author;
};
[[nodiscard]] std::string make_config(const ConfigDraft& draft);

// The same configuration with other layers under it: for images whose layers cannot be
// written again byte for byte.
[[nodiscard]] std::string with_diff_ids(std::string_view config_json,
                                        const std::vector<std::string>& diff_ids);

// The id of a layer: its diff id and those of all below it, in one digest (chain id of the
// OCI image specification). 64 hex digits; one for each diff id, lowest first.
[[nodiscard]] std::vector<std::string> chain_ids(const std::vector<std::string>& diff_ids);

}  // namespace gantry::image
