// SPDX-License-Identifier: Apache-2.0
//
// What the user asked for, over what the image says (OCI image specification, config.md,
// and podman's order of precedence where that is silent).
#include <set>

#include "core/lifecycle/create_request.h"
#include "core/lifecycle/signals.h"
#include "core/model/ids.h"

namespace gantry::lifecycle {

namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void merge_env(const CreateRequest& request, const model::ImageDefaults& image,
               std::map<std::string, std::string>& env) {
  env.clear();
  env["PATH"] = kDefaultPath;
  env["TERM"] = "xterm";
  env["container"] = "gantry";
  for (const std::string& entry : image.env) {
    const std::size_t split = entry.find('=');
    env[entry.substr(0, split)] = split == std::string::npos ? "" : entry.substr(split + 1);
  }
  if (request.unset_all_env) {
    env.clear();
  }
  for (const std::string& name : request.unset_env) {
    env.erase(name);
  }
  for (const auto& [name, value] : request.env) {
    env[name] = value;
  }
}

// A given entrypoint discards the image's command as well: it was written for another.
void merge_command(const CreateRequest& request, const model::ImageDefaults& image,
                   model::ProcessConfig& process) {
  process.entrypoint = request.entrypoint.value_or(image.entrypoint);
  process.command = request.command;
  if (process.command.empty() && !request.entrypoint) {
    process.command = image.command;
  }
  if (process.argv().empty()) {
    throw Error(
        Code::kInvalid,
        "no command or entrypoint provided, and no CMD or ENTRYPOINT from image: give a "
        "command after the image");
  }
}

// Below a millisecond an interval is none; beyond the most, a sum with the clock is no time.
void require_sensible(const std::string& name, std::int64_t time_ns) {
  constexpr std::int64_t kLeast = 1'000'000;
  constexpr std::int64_t kMost = 1'000'000'000'000'000'000;
  if (time_ns != 0 && (time_ns < kLeast || time_ns > kMost)) {
    throw Error(Code::kInvalid,
                "health-" + name + " of " + std::to_string(time_ns) +
                    " ns: it must be between 1 ms and 30 years; give --health-" + name +
                    " or --no-healthcheck");
  }
}

void merge_health(const CreateRequest& request, const model::ImageDefaults& image,
                  model::HealthConfig& health) {
  const HealthRequest& asked = request.health;
  health = {};
  if (!asked.none && !asked.test) {
    health.test = image.health_test;
    const auto take = [](auto& into, auto from) {
      if (from != 0) {
        into = from;
      }
    };
    take(health.interval_ns, image.health_interval_ns);
    take(health.timeout_ns, image.health_timeout_ns);
    take(health.start_period_ns, image.health_start_period_ns);
    take(health.retries, image.health_retries);
  }
  if (asked.test) {
    health.test = *asked.test;
  }
  if (health.test.empty() || health.test.front() == "NONE") {
    health = {};
    if (!asked.startup.test.empty()) {
      throw Error(Code::kInvalid,
                  "startup healthchecks can only be used when a regular healthcheck is also "
                  "defined: give --health-cmd");
    }
    return;
  }
  health.interval_ns = asked.interval_ns.value_or(health.interval_ns);
  health.timeout_ns = asked.timeout_ns.value_or(health.timeout_ns);
  health.start_period_ns = asked.start_period_ns.value_or(health.start_period_ns);
  health.retries = asked.retries.value_or(health.retries);
  if (health.retries < 1) {
    throw Error(Code::kInvalid, "healthcheck-retries must be greater than 0");
  }
  health.on_failure = asked.on_failure.value_or(health.on_failure);
  health.startup = asked.startup;
  require_sensible("interval", health.interval_ns);
  require_sensible("timeout", health.timeout_ns);
  require_sensible("start-period", health.start_period_ns);
  require_sensible("startup-interval", health.startup.interval_ns);
  require_sensible("startup-timeout", health.startup.timeout_ns);
}

std::string destination_of(const std::string& image_volume) {
  try {
    return model::clean_destination(image_volume);
  } catch (const Error& e) {
    throw Error(Code::kInvalid, std::string("volume of the image: ") + e.what() +
                                    "; --image-volume=ignore leaves it out");
  }
}

void add_image_volumes(const CreateRequest& request, const model::ImageDefaults& image,
                       std::vector<model::Mount>& mounts) {
  if (request.image_volumes == "ignore") {
    return;
  }
  std::set<std::string> taken;
  for (const model::Mount& mount : mounts) {
    taken.insert(mount.destination);
  }
  for (const std::string& volume : image.volumes) {
    model::Mount mount;
    mount.destination = destination_of(volume);
    if (!taken.insert(mount.destination).second) {
      continue;
    }
    if (request.image_volumes == "tmpfs") {
      mount.kind = model::MountKind::kTmpfs;
    } else {
      mount.kind = model::MountKind::kVolume;
      mount.anonymous = true;
    }
    mounts.push_back(std::move(mount));
  }
}

}  // namespace

model::ContainerConfig merge(const CreateRequest& request, const model::Image* image) {
  const model::ImageDefaults none;
  const model::ImageDefaults& defaults = image != nullptr ? image->defaults : none;
  model::ContainerConfig config = request.config;
  if (image != nullptr) {
    config.image_id = image->id;
    config.image_layer = image->layers.empty() ? "" : image->layers.back();
  }
  merge_env(request, defaults, config.process.env);
  merge_command(request, defaults, config.process);
  const auto first_of = [](const std::optional<std::string>& asked,
                           const std::string& from_image, const char* otherwise) {
    return asked && !asked->empty() ? *asked : !from_image.empty() ? from_image : otherwise;
  };
  config.process.workdir = first_of(request.workdir, defaults.workdir, "/");
  config.process.workdir_asked = request.workdir && !request.workdir->empty();
  config.process.user = first_of(request.user, defaults.user, "");
  config.process.stop_signal = std::to_string(
      parse_signal(first_of(request.stop_signal, defaults.stop_signal, "SIGTERM")));
  std::map<std::string, std::string> labels = defaults.labels;
  for (const auto& [name, value] : config.labels) {
    labels[name] = value;
  }
  config.labels = std::move(labels);
  std::set<std::string> exposed(config.network.exposed.begin(), config.network.exposed.end());
  for (const std::string& port : defaults.exposed_ports) {
    if (exposed.insert(port).second) {
      config.network.exposed.push_back(port);
    }
  }
  add_image_volumes(request, defaults, config.mounts);
  merge_health(request, defaults, config.health);
  return config;
}

}  // namespace gantry::lifecycle
