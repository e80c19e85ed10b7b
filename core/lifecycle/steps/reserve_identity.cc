// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/durability.h"
#include "core/lifecycle/steps/steps.h"

namespace gantry::lifecycle {

namespace {

// They were chosen a while ago. From this transaction on rmi sees that they are used.
void require_images(const store::Reader& reader, const model::ContainerConfig& config) {
  const auto require = [&](const std::string& name, const std::string& id) {
    if (!id.empty() && !reader.find_image(id)) {
      throw Error(Code::kNotFound,
                  name + ": image " + id + " was removed meanwhile: image not known");
    }
  };
  require(config.image_name, config.image_id);
  for (const model::Mount& mount : config.mounts) {
    require(mount.source, mount.image_id);
  }
}

void run(StepContext& context) {
  context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
    require_images(writer, context.config);
    for (const std::string& other : context.config.depends_on) {
      const auto state = writer.find_state(other);
      if (!state || state->status == model::Status::kRemoving) {
        throw Error(Code::kNotFound, "container " + other +
                                         " that this one depends on does not exist: no such "
                                         "container");
      }
    }
    writer.create_container(context.config, context.state);
  });
}

void undo(StepContext& context) {
  context.engine.store.write(durability_of(context.config), [&](store::Writer& writer) {
    writer.remove_container(context.config.id);
  });
}

}  // namespace

const Step kReserveIdentity{"reserve identity", run, undo};

}  // namespace gantry::lifecycle
