// SPDX-License-Identifier: Apache-2.0
//
// Values: images as gantry's store keeps them (OCI image specification, config.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/json_fields.h"

namespace gantry::model {

// The "config" object of an OCI image configuration: what a container inherits.
struct ImageDefaults {
  std::vector<std::string> env;  // "NAME=value"
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string workdir;
  std::string user;
  std::string stop_signal;
  std::vector<std::string> volumes;        // destinations
  std::vector<std::string> exposed_ports;  // "80/tcp"
  std::map<std::string, std::string> labels;
  std::vector<std::string> health_test;  // docker extension: Healthcheck
  std::int64_t health_interval_ns = 0;
  std::int64_t health_timeout_ns = 0;
  std::int64_t health_start_period_ns = 0;
  int health_retries = 0;
  std::vector<std::string> on_build;  // docker extension: OnBuild
};
GANTRY_DECLARE_JSON(ImageDefaults)

struct ImageHistory {
  std::string created;  // RFC 3339
  std::string created_by;
  std::string comment;
  bool empty_layer = false;
};
GANTRY_DECLARE_JSON(ImageHistory)

// The record of one image. The id is the digest of config_json, without "sha256:".
struct Image {
  std::string id;
  std::string digest;  // of the manifest, "sha256:…"; may be empty
  std::vector<std::string> repo_digests;
  std::vector<std::string> names;  // fully qualified, tagged
  std::int64_t created_ns = 0;
  std::string architecture;
  std::string os;
  std::string author;
  std::string comment;
  std::uint64_t size = 0;             // sum of uncompressed layers
  std::vector<std::string> layers;    // storage ids (chain ids), lowest first
  std::vector<std::string> diff_ids;  // "sha256:…", lowest first
  std::vector<std::uint64_t> layer_sizes;
  ImageDefaults defaults;
  std::vector<ImageHistory> history;
  std::string config_json;    // verbatim: its digest is the id
  std::string manifest_type;  // media type it came with
};
GANTRY_DECLARE_JSON(Image)

}  // namespace gantry::model
