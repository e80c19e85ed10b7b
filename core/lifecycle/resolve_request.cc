// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/resolve_request.h"

#include <algorithm>

#include "core/image/lookup.h"
#include "core/lifecycle/resolved_mounts.h"
#include "core/model/ids.h"
#include "core/net/host_ports.h"
#include "core/net/port_spec.h"

namespace gantry::lifecycle {

namespace {

void depend_on(model::ContainerConfig& config, const std::string& id) {
  auto& needs = config.depends_on;
  if (std::find(needs.begin(), needs.end(), id) == needs.end()) {
    needs.push_back(id);
  }
}

// "ro", "rw" and "z", apart.
std::vector<std::string> shared_options(const std::string& asked) {
  std::vector<std::string> options;
  const std::size_t colon = asked.find(':');
  for (std::size_t at = colon; at != std::string::npos && at < asked.size();) {
    const std::size_t end = std::min(asked.find(',', at + 1), asked.size());
    options.push_back(asked.substr(at + 1, end - at - 1));
    at = end;
  }
  for (const std::string& option : options) {
    if (option != "ro" && option != "rw" && option != "z") {
      throw Error(Code::kInvalid, "invalid option \"" + option +
                                      "\" specified in --volumes-from " + asked +
                                      ": only 'ro', 'rw' and 'z' are allowed");
    }
  }
  return options;
}

// NAME or NAME:ro,z of --volumes-from.
void take_volumes_from(const store::Reader& reader, const std::string& asked,
                       model::ContainerConfig& config) {
  const std::vector<std::string> options = shared_options(asked);
  const std::string id = reader.resolve_container(asked.substr(0, asked.find(':')));
  depend_on(config, id);
  const std::optional<model::ContainerConfig> other = reader.find_container(id);
  for (model::Mount mount : other ? other->mounts : std::vector<model::Mount>{}) {
    const bool taken =
        std::any_of(config.mounts.begin(), config.mounts.end(),
                    [&](const auto& own) { return own.destination == mount.destination; });
    if (taken || mount.kind == model::MountKind::kTmpfs) {
      continue;
    }
    for (const std::string& option : options) {
      if (option != "z") {
        std::erase(mount.options, "ro");
        std::erase(mount.options, "rw");
      }
      mount.options.push_back(option);
    }
    mount.anonymous = false;  // it belongs to the other
    config.mounts.push_back(std::move(mount));
  }
}

void require_no_cgroup_is_possible(engine::Engine& engine,
                                   const model::ContainerConfig& config) {
  if (config.resources != model::Resources{}) {
    throw Error(
        Code::kInvalid,
        "cannot specify resource limits when cgroups are disabled: leave out the limits, "
        "or --cgroups=disabled: invalid argument");
  }
  const std::string& runtime = config.backends.runtime;
  if (!engine.backends.runtime(runtime).capabilities().no_cgroup) {
    throw Error(Code::kInvalid, "requested OCI runtime " + runtime +
                                    " is not compatible with NoCgroups: it always makes a "
                                    "cgroup: invalid argument");
  }
}

}  // namespace

void resolve_request(engine::Engine& engine, CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  const bool shares_network = config.network.mode == model::NetworkMode::kContainer;
  const auto shares = [](const model::NamespaceMode& mode) { return mode.mode == "container"; };
  const bool any = shares_network || shares(config.pid) || shares(config.ipc) ||
                   shares(config.uts) || shares(config.user) || shares(config.cgroup) ||
                   !request.requires_containers.empty() || !request.volumes_from.empty() ||
                   !config.secrets.empty();
  if (!any) {
    return;
  }
  engine.store.read([&](const store::Reader& reader) {
    for (model::NamespaceMode* mode :
         {&config.pid, &config.ipc, &config.uts, &config.user, &config.cgroup}) {
      if (shares(*mode)) {
        mode->value = reader.resolve_container(mode->value);
        depend_on(config, mode->value);
      }
    }
    if (shares_network) {
      config.network.mode_value = reader.resolve_container(config.network.mode_value);
      depend_on(config, config.network.mode_value);
    }
    for (const std::string& other : request.requires_containers) {
      depend_on(config, reader.resolve_container(other));
    }
    for (model::SecretUse& use : config.secrets) {
      const auto secret = reader.find_secret(use.name);
      if (!secret) {
        throw Error(Code::kNotFound,
                    "no secret with name or id \"" + use.name + "\": no such secret");
      }
      use.id = secret->id;
    }
    for (const std::string& other : request.volumes_from) {
      take_volumes_from(reader, other, config);
    }
    return 0;
  });
}

model::Backends choose_backends(engine::Engine& engine, const CreateRequest& request) {
  model::Backends backends = engine.backends.chosen();
  const model::Backends& asked = request.config.backends;
  if (!asked.runtime.empty()) {
    backends.runtime = asked.runtime;
  }
  if (!asked.storage.empty()) {
    backends.storage = asked.storage;
  }
  if (!asked.network.empty()) {
    backends.network = asked.network;
  }
  return backends;
}

void settle_details(engine::Engine& engine, const CreateRequest& request,
                    model::ContainerConfig& config) {
  for (model::Mount& mount : config.mounts) {
    if (mount.kind == model::MountKind::kVolume && mount.source.empty()) {
      mount.source = model::random_id();
      mount.anonymous = true;
    } else if (mount.kind == model::MountKind::kImage) {
      mount.image_id =
          image::resolve(engine.store, mount.source, image::load_registries()).image.id;
    }
  }
  require_valid_mounts(config);
  if (config.cgroups == "disabled") {
    require_no_cgroup_is_possible(engine, config);
  }
  model::NetworkConfig& network = config.network;
  if (network.mode != model::NetworkMode::kBridge) {
    network.attachments.clear();
    if (network.mode != model::NetworkMode::kHost) {
      return;
    }
    network.ports.clear();
    return;
  }
  if (network.attachments.empty()) {
    network.attachments.push_back({engine.settings.default_network, "eth0", {}, {}, {}});
  }
  for (model::NetworkAttachment& attachment : network.attachments) {
    if (attachment.network.empty()) {
      attachment.network = engine.settings.default_network;
    }
  }
  if (request.publish_all) {
    for (model::PortMapping& port : net::publish_all(network.ports, network.exposed)) {
      network.ports.push_back(std::move(port));
    }
  }
  net::choose_host_ports(network.ports);
}

}  // namespace gantry::lifecycle
