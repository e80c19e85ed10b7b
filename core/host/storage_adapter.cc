// SPDX-License-Identifier: Apache-2.0
#include "core/host/storage_adapter.h"

#include <utility>

#include "core/host/list_receiver.h"

namespace gantry::host {

using boundary::to_abi;

namespace {

struct ChangeReceiver {
  std::vector<ports::Change> changes;
  Pending pending;

  static std::int32_t item(void* ctx, std::int32_t kind, gantry_str path) noexcept {
    auto& self = *static_cast<ChangeReceiver*>(ctx);
    return self.pending.run([&] {
      if (kind < GANTRY_CHANGE_MODIFIED || kind > GANTRY_CHANGE_DELETED) {
        throw Error(Code::kInternal, "a storage plug-in told of a change of unknown kind " +
                                         std::to_string(kind));
      }
      self.changes.push_back({static_cast<ports::ChangeKind>(kind), boundary::to_string(path)});
      return 0;
    });
  }
};

// The port's ranges in the ABI's shape, for the duration of a call.
class MapArgument {
 public:
  explicit MapArgument(const std::vector<ports::IdRange>& ranges) {
    ranges_.reserve(ranges.size());
    for (const ports::IdRange& range : ranges) {
      ranges_.push_back({range.container, range.host, range.count});
    }
  }
  [[nodiscard]] const gantry_id_range* data() const noexcept {
    return ranges_.empty() ? nullptr : ranges_.data();
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return ranges_.size(); }

 private:
  std::vector<gantry_id_range> ranges_;
};

}  // namespace

AbiStorage::AbiStorage(std::unique_ptr<Instance> instance)
    : instance_(std::move(instance)), ops_(instance_->plugin().ops<gantry_storage_ops>()) {}

void AbiStorage::probe() { instance_->call("probe", ops_.probe, instance_->self()); }

void AbiStorage::init() { instance_->call("init", ops_.init, instance_->self()); }

void AbiStorage::create(const ports::LayerCreate& r) {
  const MapArgument uids(r.mapping.uids);
  const MapArgument gids(r.mapping.gids);
  gantry_layer_create request{};
  request.struct_size = sizeof(request);
  request.flags = r.writable ? GANTRY_LAYER_WRITABLE : 0U;
  request.id = to_abi(r.id);
  request.parent = to_abi(r.parent);
  request.uid_map = uids.data();
  request.uid_map_count = uids.size();
  request.gid_map = gids.data();
  request.gid_map_count = gids.size();
  request.options_json = to_abi(r.options_json);
  instance_->call("create", ops_.create, instance_->self(), &request);
}

ports::Applied AbiStorage::apply(const std::string& id, int fd) {
  ports::Applied applied;
  TextSink diff_id;
  instance_->call("apply", ops_.apply, instance_->self(), to_abi(id), fd, &applied.size,
                  diff_id.abi());
  applied.diff_id = diff_id.text();
  return applied;
}

void AbiStorage::commit(const std::string& id) {
  instance_->call("commit", ops_.commit, instance_->self(), to_abi(id));
}

void AbiStorage::remove(const std::string& id) {
  instance_->call("remove", ops_.remove, instance_->self(), to_abi(id));
}

std::vector<std::string> AbiStorage::list() {
  ListReceiver ids;
  instance_->call_beside_others("list", ops_.list, instance_->self(), ids.abi());
  return ids.take();
}

ports::LayerInfo AbiStorage::stat(const std::string& id) {
  gantry_layer_info info{};
  info.struct_size = sizeof(info);
  TextSink parent;
  instance_->call_beside_others("stat", ops_.stat, instance_->self(), to_abi(id), &info,
                                parent.abi());
  return {parent.text(), (info.flags & GANTRY_LAYER_WRITABLE) != 0,
          (info.flags & GANTRY_LAYER_MOUNTED) != 0, info.created_ns};
}

std::filesystem::path AbiStorage::mount(const ports::LayerMount& r) {
  const MapArgument uids(r.mapping.uids);
  const MapArgument gids(r.mapping.gids);
  gantry_layer_mount request{};
  request.struct_size = sizeof(request);
  request.flags = r.read_only ? GANTRY_MOUNT_READ_ONLY : 0U;
  request.id = to_abi(r.id);
  request.mount_label = to_abi(r.mount_label);
  request.uid_map = uids.data();
  request.uid_map_count = uids.size();
  request.gid_map = gids.data();
  request.gid_map_count = gids.size();
  TextSink path;
  instance_->call("mount", ops_.mount, instance_->self(), &request, path.abi());
  std::filesystem::path mounted = path.text();
  if (!mounted.is_absolute()) {
    throw Error(Code::kInternal, "plug-in " + instance_->plugin().label() + " mounted layer " +
                                     r.id + " but answered no absolute path");
  }
  return mounted;
}

void AbiStorage::unmount(const std::string& id) {
  instance_->call("unmount", ops_.unmount, instance_->self(), to_abi(id));
}

void AbiStorage::diff(const std::string& id, int fd) {
  instance_->call("diff", ops_.diff, instance_->self(), to_abi(id), fd);
}

std::vector<ports::Change> AbiStorage::changes(const std::string& id) {
  ChangeReceiver receiver;
  const gantry_change_sink sink{&receiver, &ChangeReceiver::item};
  instance_->call("changes", ops_.changes, instance_->self(), to_abi(id), &sink);
  receiver.pending.rethrow();
  return std::move(receiver.changes);
}

ports::Usage AbiStorage::usage(const std::string& id) {
  gantry_usage usage{};
  usage.struct_size = sizeof(usage);
  instance_->call_beside_others("usage", ops_.usage, instance_->self(), to_abi(id), &usage);
  return {usage.bytes, usage.inodes};
}

void AbiStorage::recover() { instance_->call("recover", ops_.recover, instance_->self()); }

}  // namespace gantry::host
