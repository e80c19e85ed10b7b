// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/verbs/copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <thread>

#include "core/lifecycle/container_root.h"
#include "core/lifecycle/copy_place.h"
#include "core/lifecycle/state_machine.h"
#include "core/spec/user.h"
#include "core/tree/pack.h"
#include "core/tree/unpack.h"
#include "sdk/support/files.h"
#include "sdk/support/pipe.h"

namespace gantry::lifecycle {

namespace {

// What is needed of an end while its container's root is open.
struct OpenEnd {
  const CopyEnd& end;
  int root = -1;  // of its container; -1: the host
  const model::ContainerConfig* config = nullptr;

  [[nodiscard]] CopyPlace place() const {
    // operator/ takes an absolute path as it is.
    const std::filesystem::path base = config != nullptr
                                           ? std::filesystem::path(config->process.workdir)
                                           : std::filesystem::current_path();
    return {root, (base / end.path).string(),
            config != nullptr ? "container " + end.container : "the host"};
  }
};

// An archive that comes or goes tells the ids that the container's processes see.
model::IdMapping mapping_of(const OpenEnd& end) {
  return end.config != nullptr ? end.config->id_mapping : model::IdMapping{};
}

tree::UnpackOptions unpack_options(const OpenEnd& to, const CopyOptions& options) {
  tree::UnpackOptions how;
  how.overwrite = options.overwrite;
  how.mapping = mapping_of(to);
  if (to.config == nullptr) {
    how.owner = tree::Owner{::geteuid(), ::getegid()};
  } else if (options.archive) {
    const spec::ResolvedUser user = spec::resolve_user(to.root, to.config->process.user);
    how.owner = tree::Owner{user.uid, user.gid};
  }
  return how;
}

// Below the target's own root in a container; on the host the folder is the root, so that
// nothing that comes out of a container leads elsewhere.
void unpack_into(const OpenEnd& to, const CopyTarget& target, int in,
                 const tree::UnpackOptions& how) {
  const std::string shown = to.place().shown;
  if (to.config == nullptr) {
    tree::unpack(in, target.folder.get(), ".", how, shown);
  } else {
    tree::unpack(in, to.root, target.path, how, shown);
  }
}

bool is_device(const struct stat& info) {
  return S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode);
}

void transfer(const OpenEnd& from, const OpenEnd& to, const CopyOptions& options) {
  const CopySource source = open_source(from.place());
  const CopyTarget target = open_target(to.place(), source);
  if (S_ISDIR(source.info.st_mode) && is_inside(target.folder.get(), source.info)) {
    throw Error(Code::kInvalid, "cannot copy " + from.end.path + " into itself");
  }
  const bool is_folder = S_ISDIR(source.info.st_mode);
  // In a folder it is left out; here nothing would be left.
  if (S_ISSOCK(source.info.st_mode) || (to.config == nullptr && is_device(source.info))) {
    throw Error(Code::kInvalid, from.end.path + " of " + from.place().shown +
                                    " cannot be copied to " + to.place().shown + ", it is a " +
                                    (is_device(source.info) ? "device" : "socket") +
                                    ": copied no items");
  }
  tree::PackOptions how;
  if (to.config == nullptr) {
    // In the host's ids, so that a program whose owner the host changes is seen.
    how.devices = false;
  } else {
    how.mapping = mapping_of(from);
  }
  how.name = !target.leaf.empty() ? target.leaf : source.name;
  if (how.name.empty() && !is_folder) {
    throw Error(Code::kInvalid, from.end.path + " is not a folder");
  }
  Pipe pipe = make_pipe();
  std::exception_ptr failure;
  std::thread packer([&] {
    try {
      tree::pack(source.fd.get(), how, pipe.write.get(), from.place().shown);
    } catch (...) {
      failure = std::current_exception();
    }
    pipe.write.reset();
  });
  std::exception_ptr other;
  try {
    unpack_into(to, target, pipe.read.get(), unpack_options(to, options));
  } catch (...) {
    other = std::current_exception();
  }
  pipe.read.reset();
  packer.join();
  // When the target fails first, all the packer knows is that nobody reads any more.
  if (other && !(failure && to.end.stream >= 0)) {
    std::rethrow_exception(other);
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void move_bytes(const OpenEnd& from, const OpenEnd& to, const CopyOptions& options) {
  if (to.end.stream >= 0) {
    const CopySource source = open_source(from.place());
    tree::pack(source.fd.get(), {.name = source.name, .mapping = mapping_of(from)},
               to.end.stream, from.place().shown);
  } else if (from.end.stream >= 0) {
    tree::UnpackOptions how = unpack_options(to, options);
    how.compressed = true;
    const CopyTarget target = open_target_folder(to.place());
    try {
      unpack_into(to, target, from.end.stream, how);
    } catch (const Error& e) {
      if (e.code() != Code::kCorrupt) {
        throw;
      }
      throw Error(Code::kCorrupt,
                  "source must be a (compressed) tar archive when copying from stdin: " +
                      std::string(e.what()));
    }
  } else {
    transfer(from, to, options);
  }
}

LockedContainer lock_for_copy(engine::Engine& engine, const std::string& name) {
  LockedContainer container = lock_container(engine, name);
  (void)permits(container.state.status, Verb::kCopy, name);
  return container;
}

void copy_between(engine::Engine& engine, const CopyEnd& from, const CopyEnd& to,
                  const CopyOptions& options) {
  const auto [from_id, to_id] = engine.store.read([&](const store::Reader& reader) {
    return std::pair(reader.resolve_container(from.container),
                     reader.resolve_container(to.container));
  });
  if (from_id == to_id) {
    LockedContainer both = lock_for_copy(engine, from.container);
    with_container_root(engine, both, [&](int root) {
      move_bytes({from, root, &both.config}, {to, root, &both.config}, options);
    });
    return;
  }
  const bool in_order = from_id < to_id;
  LockedContainer first = lock_for_copy(engine, in_order ? from.container : to.container);
  LockedContainer second = lock_for_copy(engine, in_order ? to.container : from.container);
  LockedContainer& source = in_order ? first : second;
  LockedContainer& target = in_order ? second : first;
  with_container_root(engine, source, [&](int source_root) {
    with_container_root(engine, target, [&](int target_root) {
      move_bytes({from, source_root, &source.config}, {to, target_root, &target.config},
                 options);
    });
  });
}

}  // namespace

void copy(engine::Engine& engine, const CopyEnd& from, const CopyEnd& to,
          const CopyOptions& options) {
  if (!from.container.empty() && !to.container.empty()) {
    copy_between(engine, from, to, options);
    return;
  }
  const CopyEnd& inside = from.container.empty() ? to : from;
  if (inside.container.empty()) {
    throw Error(Code::kInvalid, "invalid arguments: you must use at least one container");
  }
  LockedContainer container = lock_for_copy(engine, inside.container);
  with_container_root(engine, container, [&](int root) {
    const bool out = !from.container.empty();
    const OpenEnd source{from, out ? root : -1, out ? &container.config : nullptr};
    const OpenEnd target{to, out ? -1 : root, out ? nullptr : &container.config};
    move_bytes(source, target, options);
  });
}

}  // namespace gantry::lifecycle
