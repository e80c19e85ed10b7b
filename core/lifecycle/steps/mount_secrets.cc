// SPDX-License-Identifier: Apache-2.0
//
// Secrets as files: on a tmpfs, so that they never reach a disk, and gone with it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "core/lifecycle/labels.h"
#include "core/lifecycle/steps/steps.h"
#include "core/lifecycle/user_namespace.h"
#include "core/secrets/secrets.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

bool wants_files(const model::ContainerConfig& config) {
  return std::any_of(config.secrets.begin(), config.secrets.end(),
                     [](const auto& secret) { return secret.type == "mount"; });
}

void write_secret(const model::ContainerConfig& config, const std::filesystem::path& path,
                  const model::SecretUse& use, const std::string& data) {
  const model::Owner owner = host_owner(config, use.uid, use.gid);
  remove_file(path);
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  write_all(fd.get(), data, path.string());
  if (::fchown(fd.get(), owner.uid, owner.gid) != 0 || ::fchmod(fd.get(), use.mode) != 0) {
    throw errno_error(errno, "give secret " + use.name + " its owner and mode");
  }
}

void run(StepContext& context) {
  const model::ContainerConfig& config = context.config;
  if (!wants_files(config)) {
    return;
  }
  const layout::Layout& layout = context.engine.layout;
  const secrets::Secrets secrets(context.engine.store, layout.secrets());
  const std::filesystem::path folder = layout.secret_files(config.id);
  const std::size_t room = config.secrets.size() * secrets::Secrets::kMaxSize;
  context.engine.mounter.mount_tmpfs(folder, static_cast<std::int64_t>(room), 0700);
  for (std::size_t i = 0; i < config.secrets.size(); ++i) {
    const model::SecretUse& use = config.secrets[i];
    if (use.type == "mount") {
      write_secret(config, folder / std::to_string(i), use,
                   secrets.data(secrets.inspect(use.id).id));
    }
  }
  label_for_container(config, folder);
}

void undo(StepContext& context) {
  if (wants_files(context.config)) {
    const std::filesystem::path folder = context.engine.layout.secret_files(context.config.id);
    context.engine.mounter.unmount(folder);
    remove_tree(folder);
  }
}

}  // namespace

const Step kMountSecrets{"mount secrets", run, undo};

}  // namespace gantry::lifecycle
