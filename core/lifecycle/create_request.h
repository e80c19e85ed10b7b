// SPDX-License-Identifier: Apache-2.0
//
// Values: what a person asks of create and run, before the image has answered.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/image/manifest.h"
#include "core/model/container_config.h"
#include "core/model/image.h"

namespace gantry::lifecycle {

// What is given of a health check wins over the image's.
struct HealthRequest {
  std::optional<std::vector<std::string>> test = {};
  std::optional<std::int64_t> interval_ns = {};
  std::optional<std::int64_t> timeout_ns = {};
  std::optional<std::int64_t> start_period_ns = {};
  std::optional<int> retries = {};
  std::optional<std::string> on_failure = {};
  model::StartupCheck startup = {};
  bool none = false;  // --no-healthcheck
};

// Where "not given" differs from "given empty" an optional says so. Everything else stands
// in config as it shall be recorded; id, created_ns, image_*, hostname and backends are
// filled by create.
struct CreateRequest {
  std::string image;             // as typed; empty with config.rootfs
  std::string pull = "missing";  // missing, always, newer, never
  // For a pull; but an image for another platform is not taken from here either.
  std::optional<image::Platform> platform;
  std::string authfile;
  std::optional<bool> tls_verify;  // unset: as registries.conf says
  std::optional<std::vector<std::string>> entrypoint;
  std::vector<std::string> command;  // empty: the image's
  std::optional<std::string> workdir;
  std::optional<std::string> user;
  std::optional<std::string> stop_signal;  // name or number
  std::map<std::string, std::string> env;  // wins over the image's
  bool unset_all_env = false;              // --unsetenv-all
  std::vector<std::string> unset_env;
  std::string image_volumes = "bind";  // --image-volume: bind (anonymous volume), tmpfs, ignore
  bool publish_all = false;            // -P
  HealthRequest health;
  // Names or ids, resolved to full ids by create.
  std::vector<std::string> requires_containers;
  std::vector<std::string> volumes_from;
  bool replace = false;  // --replace: remove a container of the same name
  // Whose ranges of /etc/subuid and subgid a user namespace gets, before those that
  // config.id_mapping holds already; one alone stands for both.
  std::string subuid_name;
  std::string subgid_name;
  // config.pid/ipc/uts/user.value and config.network.mode_value may hold names too.
  model::ContainerConfig config;
};

// The configuration that results from a request and an image (nullptr with --rootfs).
// Pure. Throws kInvalid when neither gives a command.
[[nodiscard]] model::ContainerConfig merge(const CreateRequest& request,
                                           const model::Image* image);

}  // namespace gantry::lifecycle
