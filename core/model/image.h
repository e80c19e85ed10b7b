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
  std::vector<std::string> env;        // "NAME=value"
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string workdir;
  std::string user;
  std::string stop_signal;
  std::vector<std::string> volumes;        // destinations
  std::vector<std::string> exposed_ports;  // "80/tcp"
  std::map<std::string, std::string> labels;
  std::vector<std::string> health_test;    // docker extension: Healthcheck
  std::int64_t health_interval_ns = 0;
  std::int64_t health_timeout_ns = 0;
  std::int64_t health_start_period_ns = 0;
  int health_retries = 0;
};
GANTRY_JSON_FIELDS(ImageDefaults, env, entrypoint, command, workdir, user, stop_signal, volumes,
                   exposed_ports, labels, health_test, health_interval_ns, health_timeout_ns,
                   health_start_period_ns, health_retries)

struct ImageHistory {
  std::string created;     // RFC 3339
  std::string created_by;
  std::string comment;
  bool empty_layer = false;
};
GANTRY_JSON_FIELDS(ImageHistory, created, created_by, comment, empty_layer)

// The record of one image. The id is the digest of config_json, without "sha256:".
struct Image {
  std::string id;
  std::string digest;                  // of the manifest, "sha256:…"; may be empty
  std::vector<std::string> repo_digests;
  std::vector<std::string> names;      // fully qualified, tagged
  std::int64_t created_ns = 0;
  std::string architecture;
  std::string os;
  std::string author;
  std::string comment;
  std::uint64_t size = 0;              // sum of uncompressed layers
  std::vector<std::string> layers;     // storage ids (chain ids), lowest first
  std::vector<std::string> diff_ids;   // "sha256:…", lowest first
  std::vector<std::uint64_t> layer_sizes;
  ImageDefaults defaults;
  std::vector<ImageHistory> history;
  std::string config_json;             // verbatim: its digest is the id
  std::string manifest_type;           // media type it came with
};
GANTRY_JSON_FIELDS(Image, id, digest, repo_digests, names, created_ns, architecture, os, author,
                   comment, size, layers, diff_ids, layer_sizes, defaults, history, config_json,
                   manifest_type)

}  // namespace gantry::model
