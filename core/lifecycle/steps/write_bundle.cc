// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>

#include "core/hooks/run_hook.h"
#include "core/lifecycle/cgroup_leftovers.h"
#include "core/lifecycle/container_files.h"
#include "core/lifecycle/labels.h"
#include "core/lifecycle/namespaces.h"
#include "core/lifecycle/resolved_mounts.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_files.h"
#include "core/lifecycle/user_namespace.h"
#include "core/lifecycle/workdir.h"
#include "core/log/log.h"
#include "core/model/ids.h"
#include "core/secrets/secrets.h"
#include "core/spec/apparmor.h"
#include "core/spec/spec.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

void add_secrets(const engine::Engine& engine, const model::ContainerConfig& config,
                 spec::SpecInput& input) {
  const secrets::Secrets secrets(engine.store, engine.layout.secrets());
  for (std::size_t i = 0; i < config.secrets.size(); ++i) {
    const model::SecretUse& use = config.secrets[i];
    if (use.type == "env") {
      input.secret_env[use.target] = secrets.data(secrets.inspect(use.id).id);
    } else {
      input.files[use.target] = engine.layout.secret_files(config.id) / std::to_string(i);
    }
  }
}

// The hooks that fit: those of the runtime go into the configuration, poststop ones into a
// file for the end, and precreate ones may change it all.
Json with_hooks(const StepContext& context, Json document) {
  const engine::Engine& engine = context.engine;
  const std::vector<hooks::Hook> all = hooks::read_hooks(engine.settings.hooks_dirs);
  if (all.empty()) {
    return document;
  }
  const auto& mounts = context.config.mounts;
  hooks::Subject subject;
  subject.annotations = document.at("annotations").get<std::map<std::string, std::string>>();
  subject.command = document.at("process").at("args").at(0).get<std::string>();
  subject.has_bind_mounts = std::any_of(mounts.begin(), mounts.end(), [](const auto& mount) {
    return mount.kind == model::MountKind::kBind;
  });
  hooks::Chosen chosen = hooks::choose(all, subject);
  if (!chosen.runtime.empty()) {
    document["hooks"] = std::move(chosen.runtime);
  }
  hooks::keep_poststop(engine.layout.poststop(context.config.id), chosen.poststop, document);
  return hooks::run_precreate(chosen.precreate, std::move(document));
}

void run(StepContext& context) {
  const engine::Engine& engine = context.engine;
  const model::ContainerConfig& config = context.config;
  const layout::Layout& layout = engine.layout;
  write_container_files(context);

  const spec::HostFacts host = spec::probe_host();
  spec::SpecInput input(config, host);
  input.rootfs = context.state.mount_point;
  const UniqueFd root = open_file(context.state.mount_point, O_PATH | O_DIRECTORY);
  input.user = spec::resolve_user(root.get(), config.process.user, config.process.groups);
  settle_workdir(root.get(), config, input.user);
  (void)host_owner(config, input.user.uid, input.user.gid);
  input.mapping = config.id_mapping;
  input.hostname = hostname_of(context);
  input.mounts = resolved_mounts(context, input.user);
  input.files = container_files(context);
  input.files.merge(
      write_user_files(root.get(), config, input.user, input.mounts, layout.files(config.id)));
  label_for_container(config, layout.files(config.id));
  add_secrets(engine, config, input);
  input.namespaces = namespaces_of(context);
  input.process_label = config.security.process_label;
  input.mount_label = config.security.mount_label;
  if (host.apparmor && spec::is_profile_file(config.security.apparmor_profile)) {
    input.apparmor_profile = spec::load_profile(config.security.apparmor_profile);
  }
  input.cgroups_path = cgroups_path(config);
  if (config.process.init) {
    input.init_program =
        spec::find_init_program(config.process.init_path.empty() ? engine.settings.init_program
                                                                 : config.process.init_path);
  }
  input.compiled_seccomp =
      context.engine.backends.runtime(config.backends.runtime).capabilities().seccomp_bpf;
  input.seccomp_cache = layout.seccomp_cache();
  input.note = [](const std::string& line) { log::debug(line); };
  context.state.cgroup_path = input.cgroups_path;
  write_file(layout.bundle(config.id) / "config.json",
             to_text(with_hooks(context, spec::build(input))), 0600);
}

// The bundle is a folder in the run folder, and goes with it.
void undo(StepContext&) {}

}  // namespace

const Step kWriteBundle{"write bundle", run, undo};

}  // namespace gantry::lifecycle
